// Shows what the desk says while no page of it is open, and opens the page it is about. A notification of the same tag is replaced.
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    return;
  }
  event.waitUntil(self.registration.showNotification(said.title, { body: said.body, tag: said.tag, data: { link: said.link } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const to = new URL(event.notification.data?.link ?? "/notices", self.location.origin);
  if (to.origin !== self.location.origin) to.href = self.location.origin + "/notices";
  event.waitUntil(self.clients.openWindow(to.href));
});
