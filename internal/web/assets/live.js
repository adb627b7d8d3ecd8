// Live pages: the desk says that something changed, the page reads itself again and takes over what differs. Focus, ticks, open parts
// and typed text stay. Every minute it reads itself anyway, so that no time to a deadline grows old.
import { morph } from "./morph.js";

const minute = 60_000;
let wanted = 0;
let running = false;

/** Reads the page again soon; several wishes become one. */
function soon() {
  clearTimeout(wanted);
  wanted = setTimeout(renew, 250);
}

async function renew() {
  if (running) return soon();
  running = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return location.reload();
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    lost(!answer.ok);
  } catch {
    lost(true);
  } finally {
    running = false;
  }
}

function take(fresh) {
  for (const id of ["rail", "main"]) {
    const from = document.getElementById(id);
    const to = fresh.getElementById(id);
    if (from && to) morph(from, to);
  }
  document.dispatchEvent(new Event("desk:renewed"));
}

const lost = (yes) => {
  const note = document.getElementById("offline");
  if (note) note.hidden = !yes;
};

function viewers(event) {
  const box = document.getElementById("viewers");
  if (!box) return;
  box.replaceChildren(...JSON.parse(event.data).map((text) => {
    const chip = document.createElement("span");
    chip.className = "chip calm";
    chip.textContent = text;
    return chip;
  }));
}

/** Opens the stream of a live page and watches that it stays open. */
export function listen() {
  const { live, watch } = document.body.dataset;
  if (!live) return;
  const source = new EventSource(watch ? `${live}?case=${watch}` : live);
  let opened = false;
  source.addEventListener("hello", () => {
    lost(false);
    if (opened) soon();
    opened = true;
  });
  source.addEventListener("change", soon);
  source.addEventListener("viewers", viewers);
  source.addEventListener("error", () => lost(true));
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (e) => e.persisted && location.reload());
  setInterval(renew, minute);
}
