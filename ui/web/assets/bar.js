// The bar below the conversation: the question, and the filters above it.
{
  const kept = "dateline-filters/";
  const none = { since: "", until: "", publishers: [], names: [], stance: "balanced", when: "" };
  let raise = () => {};
  let server = {};
  let running = false;
  let filters = { ...none };
  // What the server is told when its event comes to it.
  let next = null;
  let stopping = false;
  // The bar that drawing across began at.
  let from = null;
  const box = () => document.getElementById("dl-question");
  const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const spelled = (iso) => {
    const [year, month, day] = iso.split("-").map(Number);
    return `${day} ${months[month - 1]} ${year}`;
  };
  const period = ({ since, until }) =>
    since && until ? `${spelled(since)} to ${spelled(until)}` : since ? `since ${spelled(since)}` : until ? `until ${spelled(until)}` : "";

  const fit = () => {
    const area = box();
    if (CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  };
  // Names that were typed stand above the frequent ones, to be taken back like these.
  const drawNames = (names) => {
    const own = document.querySelector(".dl-own-names");
    if (!own) return;
    const offered = [...document.querySelectorAll("#dl-names [name=name]")].filter((input) => !own.contains(input));
    const typed = names.filter((name) => !offered.some((input) => input.value === name));
    const shown = [...own.querySelectorAll("input")].map((input) => input.value);
    // Drawing what is there already would be seen as a change, and drawn again.
    if (shown.join("\n") !== typed.join("\n")) {
      own.replaceChildren(
        ...typed.map((name) => {
          const entry = document.createElement("li");
          const label = entry.appendChild(document.createElement("label"));
          const input = Object.assign(document.createElement("input"), { type: "checkbox", name: "name", value: name });
          const text = Object.assign(document.createElement("bdi"), { textContent: name });
          label.append(input, " ", text);
          return entry;
        }),
      );
    }
    for (const input of document.querySelectorAll("#dl-names [name=name]")) input.checked = names.includes(input.value);
  };
  const draw = () => {
    const { publishers, names } = filters;
    const counted = (values, noun) => (values.length > 1 ? `${values.length} ${noun}` : (values[0] ?? ""));
    const said = {
      when: filters.when || period(filters),
      publishers: counted(publishers, "publishers"),
      names: counted(names, "names"),
      stance: { strict: "Strict", lenient: "Lenient" }[filters.stance] ?? "",
    };
    for (const chip of document.querySelectorAll(".dl-chip")) {
      const text = said[chip.dataset.filter];
      const label = chip.querySelector(".dl-said");
      label.textContent = text || label.dataset.none;
      chip.classList.toggle("dl-set-chip", Boolean(text));
      const undo = chip.querySelector(".dl-undo");
      undo.hidden = !text;
      undo.ariaLabel = `Undo: ${text}`;
    }
    const since = document.getElementById("dl-since");
    if (since) {
      since.value = filters.since;
      document.getElementById("dl-until").value = filters.until;
    }
    for (const input of document.querySelectorAll("[name=publisher]")) input.checked = publishers.includes(input.value);
    drawNames(names);
    for (const input of document.querySelectorAll("[name=stance]")) input.checked = input.value === filters.stance;
    for (const bar of document.querySelectorAll(".dl-brush g")) {
      const out = (filters.since && bar.dataset.last < filters.since) || (filters.until && bar.dataset.first > filters.until);
      bar.classList.toggle("dl-out", Boolean(out));
    }
    // The chips may need another row now; what is drawn across stays where it is.
    if (from) return;
    const open = document.querySelector(".dl-menu[data-beside]:popover-open");
    if (open) dateline.place(open, document.querySelector(`[popovertarget="${open.id}"]`));
  };
  const set = (changes) => {
    filters = { ...filters, ...changes };
    sessionStorage.setItem(kept + dateline.archive(), JSON.stringify(filters));
    draw();
  };
  const undone = {
    when: { since: "", until: "", when: "" },
    publishers: { publishers: [] },
    names: { names: [] },
    stance: { stance: "balanced" },
  };

  dateline.asking = () => running || dateline.sending();
  const ready = (dateline.ready = () => (document.querySelector(".dl-bar").dataset.ready = dateline.asking() ? "no" : "yes"));
  const take = (question, key) => {
    next = dateline.wait(question, filters, key);
    stopping = false;
    ready();
    return next;
  };
  const taken = () => {
    const question = box().value.trim();
    box().value = "";
    fit();
    return take(question);
  };
  const send = () => {
    if (dateline.asking() || !box().value.trim()) return;
    taken();
    raise("ask");
  };
  dateline.asked = () => next;
  // The server has put the question that is asked again into the box by now.
  dateline.askedAgain = taken;
  dateline.ask = (question) => {
    box().value = question;
    send();
  };
  // One that was lost keeps its number, by which the server knows it, and its filters.
  dateline.askAgain = (entry) => {
    if (dateline.asking()) return;
    set(entry.filters ?? {});
    take(entry.question, entry.key);
    raise("ask");
  };
  let brought = "";
  dateline.ran = (now, question = "") => {
    if (running && !now && next) dateline.done(next);
    running = now;
    ready();
    // Nothing can be stopped before the server has begun.
    if (now && stopping) {
      stopping = false;
      raise("stop");
    }
    const anew = question !== brought;
    brought = question;
    if (question && anew && !now) {
      box().value = question;
      fit();
      box().focus();
    }
  };
  dateline.connectBar = (element, trigger, functions) => {
    raise = trigger;
    server = functions;
    const stored = sessionStorage.getItem(kept + dateline.archive());
    filters = { ...none, ...JSON.parse(stored ?? "{}") };
    draw();
    // A question that the address brings is put into the box, and not yet asked.
    box().value = new URLSearchParams(location.search).get("ask") ?? box().value;
    fit();
    // The filters' panels are drawn anew when the page has been told of its archive.
    for (const id of ["dl-filters", "dl-names-panel"]) {
      new MutationObserver(draw).observe(document.getElementById(id), { childList: true, subtree: true });
    }
    // A pointer would open a keyboard over half of a phone's page.
    if (matchMedia("(hover: hover)").matches) box().focus();
  };

  document.addEventListener("submit", async (event) => {
    if (event.target.matches(".dl-bar")) {
      event.preventDefault();
      send();
    } else if (event.target.matches(".dl-words")) {
      event.preventDefault();
      const words = document.getElementById("dl-words").value.trim();
      if (!words) return;
      const found = await server.period_of(words);
      event.target.querySelector(".dl-problem-line").textContent = found.problem;
      if (!found.problem) set({ since: found.since ?? "", until: found.until ?? "", when: words });
    } else if (event.target.matches(".dl-named")) {
      event.preventDefault();
      const box = document.getElementById("dl-name");
      if (!box.value.trim()) return;
      const found = await server.name_of({ archive: dateline.archive(), name: box.value });
      event.target.querySelector(".dl-problem-line").textContent = found.problem;
      if (found.problem) return;
      box.value = "";
      if (!filters.names.includes(found.name)) set({ names: [...filters.names, found.name] });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "dl-question" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  document.addEventListener("input", (event) => event.target.id === "dl-question" && fit());
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-undo], [data-ask], [data-do=stop]");
    if (target?.dataset.undo) {
      set(undone[target.dataset.undo]);
      target.parentElement.querySelector("button").focus();
    } else if (target?.dataset.ask) dateline.ask(target.dataset.ask);
    else if (target) {
      stopping = dateline.sending();
      raise("stop");
    }
  });
  document.addEventListener("change", (event) => {
    const { id, name, value } = event.target;
    if (id === "dl-since" || id === "dl-until") set({ [id.slice(3)]: value, when: "" });
    if (name === "stance") set({ stance: value });
    if (name === "publisher") {
      set({ publishers: [...document.querySelectorAll("[name=publisher]:checked")].map((input) => input.value) });
    }
    if (event.target.matches("#dl-names [name=name]")) {
      const rest = filters.names.filter((chosen) => chosen !== value);
      set({ names: event.target.checked ? [...rest, value] : rest });
    }
  });

  // Bars are drawn across to pick the time that they stand for.
  const picked = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".dl-brush g");
  const brush = (event) => {
    const bar = picked(event);
    if (!from || !bar) return;
    const [first, until] = bar.dataset.first < from.dataset.first ? [bar, from] : [from, bar];
    set({ since: first.dataset.first, until: until.dataset.last, when: "" });
  };
  document.addEventListener("pointerdown", (event) => {
    from = picked(event) ?? null;
    if (from) event.preventDefault();
    brush(event);
  });
  document.addEventListener("pointermove", brush);
  document.addEventListener("pointerup", () => {
    if (!from) return;
    from = null;
    draw();
  });
}
