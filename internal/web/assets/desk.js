// Everything here only makes the pages quicker: each action is also a plain form or link.
import { listen } from "./live.js";
import { keys } from "./keys.js";
import { rings } from "./rings.js";
import { wordings } from "./wordings.js";

document.documentElement.classList.add("js");

/** The bar for many cases shows itself when cases are ticked, and says how many. */
function ticked() {
  const bar = document.getElementById("bulkbar");
  if (!bar) return;
  const n = document.querySelectorAll(".row input[name=case]:checked").length;
  bar.classList.toggle("some", n > 0);
  const label = document.getElementById("picked");
  label.textContent = (n === 1 ? label.dataset.one : label.dataset.many).replace("{n}", n);
}

/** The zone of an invitation starts as the zone of the browser. */
function zone() {
  const field = document.querySelector("body.plain #zone");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (field && here) field.value = here;
}

/** A form is sent once, however often its button is pressed. */
function once(event) {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
}

document.addEventListener("change", ticked);
document.addEventListener("submit", once);
document.addEventListener("desk:renewed", ticked);
addEventListener("pageshow", ticked);
zone();
keys();
listen();
rings();
wordings();
