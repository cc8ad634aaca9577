// Conversations are kept in this browser: each under a key of its own, so that two tabs do not
// overwrite each other's; which one a tab shows is remembered for the tab alone. Those of one
// who has logged in stand under the name, which every page bears, and the server keeps them too.
{
  const user = window.gradio_config?.username;
  const kept = user ? `dateline/${encodeURIComponent(user)}/` : "dateline/";
  let raise = () => {};
  let server = {};
  let removed = null;
  let forgetting = 0;
  const find = (id) => document.getElementById(id);
  // One that is damaged must not hide the others.
  const whole = (item) => typeof item?.asked === "string" && typeof item.text === "string" && Array.isArray(item.citations);
  const read = (id) => {
    try {
      const record = JSON.parse(localStorage.getItem(kept + id) ?? "null");
      return record?.id && Array.isArray(record.answers) && record.answers.every(whole) ? record : null;
    } catch {
      return null;
    }
  };
  const write = (record) => {
    try {
      localStorage.setItem(kept + record.id, JSON.stringify(record));
    } catch {
      alert("This browser's storage is full. Export or delete old conversations to keep new ones.");
    }
  };
  const all = () =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(kept) && !key.slice(kept.length).includes("/"))
      .map((key) => read(key.slice(kept.length)))
      .filter((record) => record && record.archive === dateline.archive())
      .sort((one, other) => (other.saved ?? 0) - (one.saved ?? 0));
  const shown = () => sessionStorage.getItem(kept) ?? "";

  // What this page has shown. An answer that it has not was given in another tab, and must not be
  // lost: see `both.py`, which says the same of what the server keeps.
  const seen = new Set();
  const identity = ({ key, asked, text }) => key || `${asked}\n${text}`;
  const lacks = (record, answers) => answers.some((item) => !record.has(identity(item)));
  const identities = (record) => new Set(record.answers.map(identity));
  // Of two copies' names the one that was given last counts.
  const lastNamed = (record, other) =>
    (other?.titled || 0) > (record.titled || 0) ? { ...record, title: other.title, titled: other.titled } : record;
  const joined = (brought) => {
    const stored = read(brought.id);
    const record = lastNamed(brought, stored);
    const own = identities(record);
    if (!stored || !lacks(new Set([...own, ...seen]), stored.answers)) return record;
    if (!lacks(identities(stored), record.answers)) {
      const mine = new Map(record.answers.map((item) => [identity(item), item]));
      return { ...lastNamed(stored, record), answers: stored.answers.map((item) => mine.get(identity(item)) ?? item) };
    }
    const title = record.title.replace(/ \((\d{1,3})\)$/, "");
    const number = title === record.title ? 2 : Number(record.title.slice(title.length + 2, -1)) + 1;
    const to = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const apart = { ...record, id: to, title: `${title} (${number})`, version: "" };
    raise("part", { id: record.id, to, title: apart.title });
    return apart;
  };

  const dayOf = (time) => {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time ?? 0).setHours(0, 0, 0, 0)) / 864e5);
    if (days <= 0) return "Today";
    if (days === 1) return "Yesterday";
    return new Date(time ?? 0).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  };
  const unanswered = (lost) => {
    const heading = document.createElement("h3");
    heading.textContent = "Without an answer";
    const entries = document.createElement("ul");
    for (const { key, question } of lost) {
      const entry = find("dl-lost-item").content.firstElementChild.cloneNode(true);
      entry.dataset.key = key;
      entry.querySelector(".dl-open").textContent = question;
      entries.append(entry);
    }
    return [heading, entries];
  };
  const list = () => {
    const place = find("dl-kept");
    if (!place) return;
    const words = find("dl-kept-words").value.trim().toLowerCase();
    place.replaceChildren();
    let day = "";
    for (const record of all()) {
      const text = [record.title, ...record.answers.flatMap((item) => [item.asked, item.text])].join(" ");
      if (!text.toLowerCase().includes(words)) continue;
      if (dayOf(record.saved) !== day) {
        day = dayOf(record.saved);
        const heading = document.createElement("h3");
        heading.textContent = day;
        place.append(heading, document.createElement("ul"));
      }
      const entry = find("dl-kept-item").content.firstElementChild.cloneNode(true);
      entry.dataset.id = record.id;
      entry.querySelector(".dl-open").textContent = record.title || "Untitled";
      if (record.id === shown()) entry.querySelector(".dl-open").ariaCurrent = "true";
      place.lastElementChild.append(entry);
    }
    const lost = dateline.lost().filter(({ question }) => question.toLowerCase().includes(words));
    place.prepend(...(lost.length ? unanswered(lost) : []));
    if (!place.childElementCount) place.textContent = words ? "Nothing found." : "Nothing kept yet.";
  };
  const named = (record, ending) => `${(record.title || "conversation").replace(/[^\p{L}\p{N} .-]+/gu, "").trim().slice(0, 60)}.${ending}`;

  const drawer = (open) => {
    const panel = find("dl-drawer");
    panel.hidden = !open;
    document.querySelector("[aria-controls=dl-drawer]").ariaExpanded = String(open);
    if (open) {
      list();
      dateline.look().then(list);
    }
    (open ? panel.querySelector(".dl-anew") : document.querySelector("[aria-controls=dl-drawer]")).focus();
  };
  const rename = (entry) => {
    const field = entry.querySelector(".dl-rename");
    const button = entry.querySelector(".dl-open");
    field.hidden = false;
    button.hidden = true;
    field.value = button.textContent;
    field.focus();
    field.select();
  };
  const renamed = (field) => {
    const record = read(field.closest("li").dataset.id);
    const title = field.value.trim();
    if (record && title && title !== record.title) {
      const at = Date.now();
      write({ ...record, title, titled: at });
      raise("rename", { id: record.id, title, at });
    }
    list();
  };
  const forget = () => {
    removed = null;
    find("dl-undo").hidden = true;
  };
  const anew = () => {
    sessionStorage.setItem(kept, "");
    dateline.unoffered();
    raise("anew");
  };
  const acts = {
    drawer: () => drawer(find("dl-drawer").hidden),
    anew: () => {
      anew();
      list();
      if (innerWidth < 1000) drawer(false);
      find("dl-question").focus();
    },
    open: (entry) => {
      dateline.open(entry.dataset.id);
      list();
      if (innerWidth < 1000) drawer(false);
    },
    "open-lost": (entry) => {
      dateline.openLost(dateline.lost().find(({ key }) => key === entry.dataset.key));
      list();
      if (innerWidth < 1000) drawer(false);
    },
    "discard-lost": (entry) => {
      dateline.discard(entry.dataset.key);
      list();
    },
    rename,
    remove: (entry) => {
      removed = read(entry.dataset.id);
      localStorage.removeItem(kept + removed.id);
      raise("remove", { id: removed.id });
      if (removed.id === shown()) anew();
      list();
      const toast = find("dl-undo");
      toast.hidden = false;
      toast.firstElementChild.textContent = "Deleted.";
      toast.querySelector("button").focus();
      clearTimeout(forgetting);
      forgetting = setTimeout(forget, 10_000);
    },
    undo: () => {
      if (removed) {
        write(removed);
        raise("undo", { record: removed });
      }
      forget();
      list();
    },
    json: (entry) => {
      const record = read(entry.dataset.id);
      dateline.download(named(record, "json"), JSON.stringify(record, null, 2));
    },
    markdown: async (entry) => {
      const record = read(entry.dataset.id);
      dateline.download(named(record, "md"), await server.to_markdown(record));
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-do]");
    if (button) acts[button.dataset.do]?.(button.closest("li"));
  });
  document.addEventListener("input", (event) => event.target.id === "dl-kept-words" && list());
  document.addEventListener("focusout", (event) => event.target.matches?.(".dl-rename") && renamed(event.target));
  document.addEventListener("keydown", (event) => {
    if (!find("dl-drawer") || find("dl-drawer").hidden) return;
    if (event.target.matches(".dl-rename")) {
      if (event.key === "Enter") event.target.blur();
      if (event.key === "Escape") list();
    } else if (event.key === "Escape" && event.target.closest("#dl-drawer")) drawer(false);
  });
  window.addEventListener("storage", () => find("dl-drawer")?.hidden === false && list());

  dateline.connectDrawer = (trigger, functions) => {
    raise = trigger;
    server = functions;
    if (user) find("dl-kept-where").textContent = "Kept for you on the server.";
  };
  // Of one who has logged in the server keeps them too: what it told a version of is as it says.
  // One without a version has what the server lacks; what has changed here meanwhile, the next news
  // is about.
  let told = {};
  let merged = () => {};
  dateline.merged = new Promise((tell) => (merged = tell));
  const version = (id) => (read(id) ? (read(id).version ?? "") : undefined);
  dateline.known = () => (told = Object.fromEntries(all().map(({ id, version }) => [id, version ?? ""])));
  dateline.merge = (news) => {
    merged();
    if (!news) return;
    const same = (id) => version(id) === told[id];
    for (const id in told) if (told[id] && same(id) && !news.ids.includes(id)) localStorage.removeItem(kept + id);
    for (const record of news.records) {
      const own = told[record.id] === "" ? read(record.id).answers : [];
      if (same(record.id) && !lacks(identities(record), own)) write(lastNamed(record, read(record.id)));
      // The answer to a question whose page was closed.
      if (dateline.came(record.answers)) dateline.open(record.id);
    }
    if (find("dl-drawer")?.hidden === false) list();
  };
  dateline.current = () => read(shown());
  dateline.conversation = shown;
  dateline.answers = () => all().flatMap((record) => record.answers);
  dateline.open = (id) => {
    if (!read(id)) return false;
    sessionStorage.setItem(kept, id);
    raise("restore");
    return true;
  };
  dateline.save = (brought) => {
    if (!brought?.id) return;
    const { from, ...record } = joined(brought);
    for (const item of brought.answers) seen.add(identity(item));
    dateline.came(record.answers);
    sessionStorage.setItem(kept, record.id);
    const before = read(record.id);
    // What was here alone of a conversation that went on elsewhere is in this one now.
    const left = from && read(from);
    if (left && !left.version && !lacks(identities(record), left.answers)) localStorage.removeItem(kept + from);
    if (record.answers.length) write({ ...record, saved: before && before.answers.length === record.answers.length ? before.saved : Date.now() });
    else localStorage.removeItem(kept + record.id);
    if (find("dl-drawer")?.hidden === false) list();
  };
}
