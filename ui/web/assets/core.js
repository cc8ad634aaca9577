// What all pages share: small panels that open beside their button, lists that are narrowed by
// typing, files that are saved. Other files of this folder add to `dateline`.
window.dateline = {
  // On a phone what was chosen is shown below the list, out of sight; elsewhere the page
  // need not move.
  show: (chosen, id) => {
    const shown = document.getElementById(id);
    const top = shown.getBoundingClientRect().top;
    if (chosen && (top < 0 || top > innerHeight / 2)) shown.scrollIntoView();
  },
  // Another archive is another address, which can be kept and sent.
  turnTo: (archive) => (location.search = new URLSearchParams({ archive })),
  download: (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  },
  // The heading names the first archive until the server has told of the one in the address.
  archive: () =>
    new URLSearchParams(location.search).get("archive") || (document.querySelector(".dl-archive h1")?.textContent ?? ""),
};

// Puts `panel` above or below `anchor`, where there is more room, and inside the window.
dateline.place = (panel, anchor) => {
  const edge = 8;
  const at = anchor.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const below = at.top < innerHeight - at.bottom;
  const top = below ? at.bottom + 6 : at.top - height - 6;
  const left = Math.min(Math.max(edge, at.left), innerWidth - width - edge);
  panel.style.left = `${Math.max(edge, left)}px`;
  panel.style.top = `${Math.min(Math.max(edge, top), Math.max(edge, innerHeight - height - edge))}px`;
};
document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target;
    if (!panel.matches?.("[data-beside]") || event.newState !== "open") return;
    const button = document.querySelector(`[popovertarget="${panel.id}"]`);
    if (button) dateline.place(panel, button);
    panel.querySelector("input:not([hidden]), a, button")?.focus();
  },
  true,
);

// An address that ends in the name of a tab, such as #add, opens it.
const openTab = () => {
  const name = location.hash.slice(1).toLowerCase();
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const tab = name && tabs.find((item) => item.textContent.trim().toLowerCase() === name);
  const open = tab?.ariaSelected === "true";
  // A click comes to nothing while the page is still being built, so it is tried again.
  if (!open) tab?.click();
  return open;
};
if (/^#[a-z]+$/.test(location.hash)) {
  const waiting = setInterval(() => openTab() && clearInterval(waiting), 100);
  setTimeout(() => clearInterval(waiting), 10_000);
}

// A field that narrows a list shows the entries that hold what is typed.
document.addEventListener("input", (event) => {
  const list = event.target.dataset?.narrows;
  if (!list) return;
  const words = event.target.value.trim().toLowerCase();
  for (const entry of document.querySelectorAll(list)) {
    entry.hidden = !entry.textContent.toLowerCase().includes(words);
  }
});
