// The bar below the conversation: the question, and the filters above it.
{
  const kept = "dateline-filters/";
  const none = { since: "", until: "", publishers: [], stance: "balanced", when: "" };
  let raise = () => {};
  let server = {};
  let running = false;
  let filters = { ...none };
  // What the server is told when its event comes to it.
  let next = null;
  let stopping = false;
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
  const draw = () => {
    const names = filters.publishers;
    const said = {
      when: filters.when || period(filters),
      publishers: names.length > 1 ? `${names.length} publishers` : (names[0] ?? ""),
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
    for (const input of document.querySelectorAll("[name=publisher]")) input.checked = names.includes(input.value);
    for (const input of document.querySelectorAll("[name=stance]")) input.checked = input.value === filters.stance;
    for (const bar of document.querySelectorAll(".dl-brush g")) {
      const out = (filters.since && bar.dataset.last < filters.since) || (filters.until && bar.dataset.first > filters.until);
      bar.classList.toggle("dl-out", Boolean(out));
    }
    // The chips may need another row now.
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
    new MutationObserver(draw).observe(document.getElementById("dl-filters"), { childList: true, subtree: true });
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
  });

  // Bars are drawn across to pick the time that they stand for.
  let from = null;
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
  document.addEventListener("pointerup", () => (from = null));
}
