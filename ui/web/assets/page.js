// A mark leads to its source and back. The address of a page with a query, or with a
// <base> element as Gradio's has, would make the browser load another page instead.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.dl-mark, a.dl-back");
  const target = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!target) return;
  event.preventDefault();
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  target.scrollIntoView({ block: "nearest" });
  target.focus({ preventScroll: true });
});

// Gradio labels each message "a component of type html"; without the label a screen reader
// reads the message.
const unlabel = () =>
  document
    .querySelectorAll("#dl-chat [data-testid][aria-label$='a component of type html']")
    .forEach((message) => message.removeAttribute("aria-label"));
new MutationObserver(unlabel).observe(document.documentElement, {
  subtree: true,
  childList: true,
  attributes: true,
  attributeFilter: ["aria-label"],
});

// Conversations stay in this browser: each under a key of its own, so that two tabs do not
// overwrite each other's; which one a tab shows is remembered for the tab alone.
const kept = "dateline/";
const read = (id) => JSON.parse(localStorage.getItem(kept + id) ?? "null");
const write = (record) => {
  try {
    localStorage.setItem(kept + record.id, JSON.stringify(record));
  } catch {
    alert("This browser's storage is full. Export or delete old conversations to keep new ones.");
  }
};
window.dateline = {
  index: () =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(kept))
      .map((key) => read(key.slice(kept.length)))
      .map(({ id, archive, title, saved }) => ({ id, archive, title, saved }))
      .sort((one, other) => other.saved - one.saved),
  current: () => read(sessionStorage.getItem(kept) ?? ""),
  open: (id) => {
    sessionStorage.setItem(kept, id ?? "");
    return read(id);
  },
  save: (record) => {
    if (!record?.id) return;
    sessionStorage.setItem(kept, record.id);
    // One that was opened has not changed.
    if (record.saved) return;
    if (record.answers.length) write({ ...record, saved: Date.now() });
    else localStorage.removeItem(kept + record.id);
  },
  rename: (id, title) => {
    const record = read(id);
    if (record && title.trim()) write({ ...record, title: title.trim() });
  },
  remove: (id) => {
    if (id && confirm("Delete this conversation? It is kept nowhere else.")) {
      localStorage.removeItem(kept + id);
      return true;
    }
    return false;
  },
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
};

// Copies an answer and its sources as plain text, from what the page shows.
const copied = (answer) => {
  const sources = [...document.querySelectorAll(`.dl-source[id^="${answer.id}-"]`)].map((source) => {
    const title = source.querySelector("h3").textContent.trim();
    const about = source.querySelector(".dl-meta").textContent.trim();
    const address = source.querySelector("h3 a")?.href;
    const quote = source.querySelector("mark").textContent.trim();
    return [`${title} · ${about}`, `"${quote}"`, address].filter(Boolean).join("\n");
  });
  const said = [answer.querySelector("p"), answer.querySelector(".dl-differ")];
  return [...said.filter(Boolean).map((part) => part.innerText.trim()), ...sources].join("\n\n");
};
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a.dl-copy");
  if (!link) return;
  event.preventDefault();
  const text = copied(link.closest(".dl-answer"));
  // Browsers give the clipboard to pages of this computer and of https alone.
  if (!navigator.clipboard) return void prompt("Copy this:", text);
  await navigator.clipboard.writeText(text);
  link.textContent = "Copied";
  setTimeout(() => (link.textContent = "Copy with sources"), 2000);
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.(".dl-choose select")) window.dateline.turnTo(event.target.value);
});
