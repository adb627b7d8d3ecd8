// Notifications of the browser. A page that is open shows what is new as the desk tells that something changed; a browser that was asked
// to is also reached while no page is open, through its own push service.
const seen = "parley-rung";
const here = "parley-rings";

const last = () => Number(localStorage.getItem(seen) ?? 0);

/** Shows what is new since the last time, in one of the open pages. */
async function look() {
  if (!("Notification" in window) || Notification.permission !== "granted" || localStorage.getItem(here) !== "1") return;
  const answer = await fetch(`/notices/ring?after=${last()}`);
  if (!answer.ok) return;
  const { items } = await answer.json();
  for (const it of items.reverse()) {
    if (it.id <= last()) continue;
    localStorage.setItem(seen, it.id);
    const note = new Notification(it.title, { body: it.body, tag: `notice-${it.id}` });
    note.onclick = () => {
      window.focus();
      location.href = it.link;
    };
  }
}

const bytes = (key) => Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

/** Asks the browser's push service for an address and hands it to the desk as a channel. */
async function subscribe(key) {
  const worker = await navigator.serviceWorker.register("/worker.js");
  await navigator.serviceWorker.ready;
  const sub = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const body = new URLSearchParams({
    kind: "push", name: navigator.userAgentData?.platform ?? navigator.platform, "set.endpoint": sub.endpoint,
    "set.p256dh": text(sub.getKey("p256dh")), "set.auth": text(sub.getKey("auth")),
  });
  const answer = await fetch("/me/channels", { method: "POST", body });
  if (!answer.ok) throw new Error(answer.statusText);
  location.reload();
}

/** The panel of the settings page. */
function panel() {
  const box = document.getElementById("browser");
  if (!box || !("Notification" in window)) return;
  const state = document.getElementById("browser-state");
  const ringHere = document.getElementById("ring-here");
  const ringAlways = document.getElementById("ring-always");
  const tell = () => {
    const on = Notification.permission === "granted" && localStorage.getItem(here) === "1";
    state.textContent = Notification.permission === "denied" ? box.dataset.denied : on ? box.dataset.on : box.dataset.off;
    ringHere.hidden = on || Notification.permission === "denied";
    ringAlways.hidden = Notification.permission === "denied" || !("serviceWorker" in navigator) || !("PushManager" in window);
  };
  ringHere.addEventListener("click", async () => {
    if ((await Notification.requestPermission()) === "granted") localStorage.setItem(here, "1");
    tell();
    look();
  });
  ringAlways.addEventListener("click", async () => {
    try {
      if ((await Notification.requestPermission()) === "granted") await subscribe(box.dataset.key);
    } catch {
      state.textContent = box.dataset.failed;
      return;
    }
    tell();
  });
  tell();
}

/** Watches on every page of members. */
export function rings() {
  panel();
  document.addEventListener("desk:renewed", look);
  if (document.getElementById("rail")) look();
}
