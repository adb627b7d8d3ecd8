// Changes one piece of a page into another with as few changes as possible. What the person has in hand stays: focus, ticks, typed
// text, open details, and the selected row.

const kept = { INPUT: ["value", "checked"], TEXTAREA: ["value"], OPTION: ["selected"], DETAILS: ["open"], DIALOG: ["open"] };
const key = (node) => (node.nodeType === 1 && (node.id || node.dataset?.case)) || null;

function attributes(from, to) {
  const mine = kept[from.tagName] ?? [];
  for (const { name, value } of [...to.attributes]) {
    if (!mine.includes(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!mine.includes(name) && !to.hasAttribute(name)) from.removeAttribute(name);
  }
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && key(a) === key(b);

/** Tells whether a field holds something that was typed since the page came. */
const dirty = (field) => field.value !== field.defaultValue || field === document.activeElement;

/** Makes from look like to. Both have the same element name. */
export function morph(from, to) {
  if (from.isEqualNode(to)) return;
  attributes(from, to);
  if (from.tagName === "TEXTAREA") {
    if (!dirty(from)) from.value = from.defaultValue = to.defaultValue;
    return;
  }
  if (from.tagName === "INPUT") {
    if (from.type === "hidden") from.value = to.value;
    return;
  }
  if (from.tagName === "SELECT" && from.matches(":focus")) return;
  children(from, to);
}

function children(from, to) {
  const named = new Map();
  for (const node of from.childNodes) if (key(node)) named.set(key(node), node);
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    let old = named.get(key(next));
    if (!old && at && alike(at, next)) old = at;
    if (old && alike(old, next)) {
      if (old === at) at = at.nextSibling;
      else place(from, old, at);
      if (old.nodeType === 1) morph(old, next);
      else if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    } else {
      from.insertBefore(document.importNode(next, true), at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

/** Moves a node without losing what it holds, where the browser can. */
function place(parent, node, before) {
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  if (parent.moveBefore && node.isConnected) parent.moveBefore(node, before);
  else parent.insertBefore(node, before);
  if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
}
