// The list of an archive's articles: what is asked of it, and what is done with one of them.
{
  const find = (id) => document.getElementById(id);
  // What is asked before the page is connected is kept until it is.
  const early = [];
  let raise = (...event) => early.push(event);
  let more = { undated: false, page: 0, timeline: false };
  let opened = "";
  // How often the list was asked for something else, and the latest of these that it has shown.
  let number = 0;
  let shown = 0;

  dateline.query = () => {
    const form = find("dl-browse");
    return form ? { ...Object.fromEntries(new FormData(form)), ...more, number } : null;
  };
  const look = (changes) => {
    more = { ...more, ...changes };
    number += 1;
    raise("look");
  };
  // The list is also drawn when articles have changed; what was asked of it before that may come
  // after what was asked later.
  const check = () => {
    const came = Number(document.querySelector("#dl-articles .dl-listed")?.dataset.number ?? shown);
    if (came < shown) raise("look");
    shown = Math.max(came, shown);
  };
  const open = (article) => {
    opened = article;
    mark();
    history.replaceState(null, "", `${location.pathname}${location.search}#${new URLSearchParams({ article })}`);
    raise("open", { article });
  };
  const mark = () => {
    for (const entry of document.querySelectorAll(".dl-entry")) {
      entry.ariaCurrent = entry.dataset.open === opened ? "true" : null;
    }
  };
  // The article that the address names is opened with the page.
  dateline.browse = () => {
    new MutationObserver(() => (mark(), check())).observe(find("dl-articles"), { subtree: true, childList: true });
    const article = new URLSearchParams(location.hash.slice(1)).get("article");
    if (article) open(article);
  };
  // An article that is named on another tab of the page.
  dateline.openArticle = (article) => {
    for (const tab of document.querySelectorAll("[role=tab]")) if (tab.textContent.trim() === "Articles") tab.click();
    open(article);
  };
  dateline.connectBrowser = (trigger) => {
    raise = trigger;
    for (const event of early.splice(0)) trigger(...event);
  };

  const acts = {
    undated: (button) => look({ undated: button.ariaPressed !== "true", page: 0 }),
    page: (button) => {
      look({ page: Number(button.dataset.page) });
      find("dl-browse").scrollIntoView({ block: "nearest" });
    },
    back: () => {
      const entry = document.querySelector(".dl-entry[aria-current]");
      entry?.scrollIntoView({ block: "center" });
      entry?.focus({ preventScroll: true });
    },
    timeline: (button) => look({ timeline: button.ariaPressed !== "true" }),
    csv: () => raise("to_csv"),
    json: () => raise("to_json"),
    edit: (button) => {
      const form = find("dl-edit");
      form.hidden = !form.hidden;
      button.ariaExpanded = String(!form.hidden);
      if (!form.hidden) form.querySelector("input").focus();
    },
    remove: (button) => {
      const { article } = button.closest("[data-article]").dataset;
      if (confirm("Delete this article from the archive? This cannot be undone.")) raise("remove", { article });
    },
  };
  document.addEventListener("click", (event) => {
    if (!find("dl-browse")) return;
    const entry = event.target.closest?.("a[data-open]");
    if (entry) {
      event.preventDefault();
      open(entry.dataset.open);
    }
    const button = event.target.closest?.("[data-list]");
    if (button) acts[button.dataset.list](button);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id === "dl-browse") {
      event.preventDefault();
      look({ page: 0 });
    } else if (form.id === "dl-edit") {
      event.preventDefault();
      raise("edit", { article: form.closest("[data-article]").dataset.article, ...Object.fromEntries(new FormData(form)) });
    }
  });
  document.addEventListener("change", (event) => event.target.closest?.("#dl-browse") && look({ page: 0 }));
}
