// A question from the moment it is sent until its answer is here. It is shown at once, and kept in
// this browser's store, so that neither a slow server nor a tab that is closed takes it away.
{
  const user = window.gradio_config?.username;
  const kept = user ? `dateline-waiting/${encodeURIComponent(user)}/` : "dateline-waiting/";
  // A page that is loaded anew asks its question again, unless that was long ago; and a new page
  // shows those of others until the next day.
  const stillWanted = 300_000;
  const stillShown = 86_400_000;
  const mostKept = 20;
  const random = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
  const page = random();
  const tab = sessionStorage.getItem("dateline-tab") ?? random();
  sessionStorage.setItem("dateline-tab", tab);
  const find = (id) => document.getElementById(id);

  const read = (name) => {
    try {
      const entry = JSON.parse(localStorage.getItem(name));
      return typeof entry?.question === "string" && entry.key ? entry : null;
    } catch {
      return null;
    }
  };
  const stored = () =>
    Object.keys(localStorage)
      .filter((name) => name.startsWith(kept) && !name.slice(kept.length).includes("/"))
      .map(read)
      .filter(Boolean)
      .sort((one, other) => other.at - one.at);
  const all = () => stored().filter((entry) => entry.archive === dateline.archive());
  const forget = (key) => localStorage.removeItem(kept + key);
  const keep = (entry) => {
    for (const old of stored().slice(mostKept - 1)) if (old.key !== entry.key) forget(old.key);
    try {
      localStorage.setItem(kept + entry.key, JSON.stringify(entry));
    } catch {
      // Without room it is asked all the same, and only not kept.
    }
  };

  // A question is asked where its page is open. What else is stored has lost its page.
  const tabs = new BroadcastChannel("dateline-waiting");
  tabs.onmessage = ({ data }) => data.sought === page && tabs.postMessage({ here: page });
  const isOpen = (other) =>
    new Promise((tell) => {
      const heard = ({ data }) => data.here === other && tell(true);
      tabs.addEventListener("message", heard);
      tabs.postMessage({ sought: other });
      setTimeout(() => (tabs.removeEventListener("message", heard), tell(false)), 200);
    });
  let lost = [];
  // The one that this page is asking.
  let current = "";
  const asked = (entry) => (entry.from === page ? entry.key === current : isOpen(entry.from));
  const look = async () => {
    const entries = all();
    const held = await Promise.all(entries.map(asked));
    lost = entries.filter((entry, number) => !held[number]);
  };

  // What is shown below the conversation, and whether the server has not shown it yet.
  let shown = null;
  let sending = false;
  const show = (entry, { sent }) => {
    shown = entry;
    sending = sent;
    const place = document.querySelector(".dl-waiting");
    place.hidden = !entry;
    // What is hidden says nothing, to programs that read the page either.
    place.querySelector(".dl-question p").textContent = entry?.question ?? "";
    if (!entry) return;
    place.querySelector(".dl-sending").hidden = !sent;
    place.querySelector(".dl-unanswered").hidden = sent;
    place.scrollIntoView({ block: "start" });
  };
  const hide = () => show(null, { sent: false });

  dateline.sending = () => sending;
  // Keeps and shows a question that is being sent, and returns what the server is told of it.
  dateline.wait = (question, filters, key = random()) => {
    const entry = { question, key, filters, at: Date.now(), from: page, tab, archive: dateline.archive(), conversation: dateline.conversation() };
    lost = lost.filter((other) => other.key !== key);
    current = key;
    keep(entry);
    show(entry, { sent: true });
    return { question, key, ...filters };
  };
  // The server shows it itself.
  dateline.taken = () => sending && hide();
  dateline.done = ({ key }) => {
    current = "";
    forget(key);
  };
  // Answers that came; one may be of a question whose page was closed.
  dateline.came = (answers) => {
    const keys = new Set(answers.map((item) => item.key).filter(Boolean));
    for (const { key } of all()) if (keys.has(key)) forget(key);
    lost = lost.filter(({ key }) => !keys.has(key));
    if (!shown || sending || !keys.has(shown.key)) return false;
    hide();
    return true;
  };
  // The event has ended. What it brought is drawn a moment later; if that is not the question, the
  // server has not taken it.
  dateline.settled = () => {
    const entry = shown;
    if (!sending) return;
    setTimeout(() => {
      if (!sending || shown !== entry) return;
      current = "";
      lost.unshift(entry);
      show(entry, { sent: false });
      dateline.ready();
    }, 500);
  };
  dateline.lost = () => lost;
  dateline.look = look;
  // Shows the question that was lost in the conversation that is open.
  dateline.offer = () => {
    if (sending) return;
    const entry = lost.find((item) => item.conversation === dateline.conversation());
    show(entry ?? null, { sent: false });
  };
  dateline.unoffered = () => sending || hide();

  const again = (entry) => dateline.askAgain(entry);
  dateline.resume = async (record) => {
    // What other browsers were told may have the answer.
    if (user) await Promise.race([dateline.merged, new Promise((go) => setTimeout(go, 3000))]);
    dateline.came([...(record?.answers ?? []), ...dateline.answers()]);
    await look();
    const now = Date.now();
    const own = lost.find((entry) => entry.tab === tab && now - entry.at < stillWanted);
    const recent = lost.find((entry) => now - entry.at < stillShown);
    if (!dateline.asking()) {
      if (own) again(own);
      else if (dateline.conversation() || !recent) dateline.offer();
      else dateline.openLost(recent);
    }
    dateline.there = true;
  };
  // Shows a question where it was asked.
  dateline.openLost = (entry) => {
    if (entry.conversation && entry.conversation !== dateline.conversation() && dateline.open(entry.conversation)) return;
    if (!sending) show(entry, { sent: false });
  };
  dateline.discard = (key) => {
    forget(key);
    lost = lost.filter((entry) => entry.key !== key);
    if (shown?.key === key && !sending) hide();
  };

  const acts = {
    "ask-again": () => shown && again(shown),
    discard: () => {
      dateline.discard(shown.key);
      find("dl-question").focus();
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".dl-waiting [data-do]");
    if (button) acts[button.dataset.do]?.();
  });
}
