// The keyboard: j k move, enter opens, a takes the recommended option, o shows the others, x ticks, m assigns, / searches, ? helps.

const rows = () => [...document.querySelectorAll(".row")];
const current = () => document.querySelector(".row[aria-current]");
const typing = (el) => el.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

/** Selects a row: the list, the address and the panel beside it follow. */
export async function select(row) {
  if (!row || row === current()) return;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  const here = new URL(location);
  here.searchParams.set("case", row.dataset.case);
  history.replaceState(null, "", here);
  await peek(row.dataset.case);
}

let asked = 0;

/** Shows a case in the side panel. An answer that a later one has overtaken is dropped. */
async function peek(id) {
  const side = document.getElementById("side");
  if (!side) return;
  const turn = ++asked;
  side.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/cases/${id}/peek`, { headers: { Accept: "text/html" } });
    const html = await answer.text();
    if (turn === asked && answer.ok) side.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  } finally {
    if (turn === asked) side.removeAttribute("aria-busy");
  }
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const row = all[Math.min(all.length - 1, Math.max(0, at + step))];
  select(row);
  row.querySelector(".t a").focus({ preventScroll: true });
}

function tick() {
  const box = current()?.querySelector("input[name=case]");
  if (box) box.click();
}

/** m: assign the ticked cases, or the one at hand. */
function assign() {
  const field = document.getElementById("assign-member") ?? document.getElementById("bulk-member");
  if (!field) return;
  if (field.id === "bulk-member" && !document.querySelector(".row input[name=case]:checked")) tick();
  field.focus();
}

const follow = (key) => document.querySelector(`main [data-key="${key}"]`)?.click();

const acts = {
  j: () => move(1),
  k: () => move(-1),
  Enter: () => current()?.querySelector(".t a").click(),
  a: () => follow("a"),
  o: () => (document.getElementById("options") ? document.querySelector("#options a.option")?.focus() : follow("o")),
  x: tick,
  m: assign,
  "/": () => document.getElementById("search")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary, label")) return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function clicked(event) {
  const row = event.target.closest(".row");
  if (row && !event.target.closest("a, label, input, button")) select(row);
}

/** Listens to the keyboard and to clicks on rows. */
export function keys() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", clicked);
}
