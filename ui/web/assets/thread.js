// The conversation: marks and the quotations behind them, sources, what is done with a message.
{
  const app = () => document.getElementById("dl-app");
  const find = (id) => document.getElementById(id);
  let raise = () => {};
  let quote = null;
  let hiding = 0;
  // What the page was asked to show before its answers were there.
  let wanted = new URLSearchParams(location.hash.slice(1));

  const hideQuote = () => {
    clearTimeout(hiding);
    if (quote?.matches(":popover-open")) quote.hidePopover();
    quote = null;
  };
  const showQuote = (mark) => {
    const found = find(`p${mark.hash.slice(2)}`);
    clearTimeout(hiding);
    if (found === quote) return;
    hideQuote();
    if (!found) return;
    quote = found;
    quote.showPopover();
    dateline.place(quote, mark);
  };
  const hideSoon = () => {
    clearTimeout(hiding);
    hiding = setTimeout(hideQuote, 150);
  };
  const over = (event) => event.target.closest?.("a.dl-mark");
  document.addEventListener("mouseover", (event) => {
    if (over(event)) showQuote(over(event));
    else if (event.target.closest?.(".dl-quote")) clearTimeout(hiding);
    else if (quote) hideSoon();
  });
  document.addEventListener("focusin", (event) => (over(event) ? showQuote(over(event)) : hideQuote()));
  document.addEventListener("scroll", hideQuote, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (quote) return hideQuote();
    if (!document.querySelector(":popover-open") && app()?.dataset.side) closeSide();
  });

  // The source beside the answer. Its place is kept in the address.
  let opener = null;
  const openSide = (shown) => {
    app().dataset.side = shown;
    for (const set of document.querySelectorAll(".dl-set")) {
      set.hidden = set.dataset.message !== shown;
    }
    find("dl-panel").hidden = shown === "reader";
    find("dl-reader").hidden = shown !== "reader";
    const read = document.querySelector("#dl-reader .dl-timeline") ? "Timeline" : "Article";
    find("dl-sources-title").textContent = shown === "reader" ? read : "Sources";
  };
  const closeSide = () => {
    delete app().dataset.side;
    history.replaceState(null, "", location.pathname + location.search);
    (opener?.isConnected ? opener : find("dl-question"))?.focus({ preventScroll: true });
  };
  const flash = (place) => {
    place.classList.remove("dl-flash");
    void place.offsetWidth;
    place.classList.add("dl-flash");
    place.scrollIntoView({ block: "center" });
    place.focus({ preventScroll: true });
  };
  const keepPlace = (article, at) => {
    const place = new URLSearchParams({ article, ...(at && { at }) });
    history.replaceState(null, "", `${location.pathname}${location.search}#${place}`);
  };
  const openQuote = (place) => {
    openSide(place.closest(".dl-set").dataset.message);
    // A quotation is hidden while the whole of its article is open.
    place.closest(".dl-source").querySelector("details").open = false;
    keepPlace(place.closest("[data-article]").dataset.article, place.dataset.at);
    flash(place);
  };
  const openArticle = (article, at) => {
    keepPlace(article, at);
    raise("open", { article, at });
  };
  dateline.showReader = () => {
    openSide("reader");
    const words = document.querySelector("#dl-reader mark");
    if (words) words.tabIndex = -1;
    flash(words ?? document.querySelector("#dl-reader h2"));
  };
  dateline.arrived = () => {
    const article = wanted.get("article");
    const at = wanted.get("at");
    wanted = new URLSearchParams();
    if (!article) return;
    const shown = [...document.querySelectorAll("#dl-panel [data-at]")].filter(
      (place) => place.dataset.at === at && place.closest("[data-article]").dataset.article === article,
    );
    if (shown.length) openQuote(shown.at(-1));
    else openArticle(article, at);
  };

  // Plain text of an answer, its marks in brackets; and of its sources.
  const said = (answer) =>
    [...answer.querySelectorAll(".dl-short, .dl-text, .dl-differ")]
      .map((part) => {
        const copy = part.cloneNode(true);
        for (const mark of copy.querySelectorAll(".dl-mark")) mark.textContent = ` [${mark.textContent}]`;
        for (const end of copy.querySelectorAll(".dl-line, p, blockquote")) end.before("\n");
        return copy.textContent.replace(/[^\S\n]+/g, " ").replace(/ ?\n\s*/g, "\n").trim();
      })
      .filter(Boolean)
      .join("\n\n");
  const sourced = (answer) =>
    [...document.querySelectorAll(`.dl-set[data-message="${answer.dataset.message}"] .dl-source`)].map((card) => {
      const about = [card.querySelector("h3"), card.querySelector(".dl-meta")].map((part) => part.textContent.trim());
      const quotes = [...card.querySelectorAll("blockquote")].map(
        (place) => `[${place.querySelector(".dl-number").textContent}] "${place.querySelector("mark").textContent.trim()}"`,
      );
      return [about.join(" · "), ...quotes, card.querySelector("h3 a")?.href].filter(Boolean).join("\n");
    });
  const copy = async (button, text) => {
    // Browsers give the clipboard to pages of this computer and of https alone.
    if (!navigator.clipboard) return void prompt("Copy this:", text);
    await navigator.clipboard.writeText(text);
    button.dataset.done = "Copied";
    setTimeout(() => delete button.dataset.done, 2000);
  };

  const judge = (answer, button, liked) => {
    raise("judge", { message: answer.dataset.message, liked });
    const note = find("dl-note");
    note.dataset.message = answer.dataset.message;
    note.dataset.liked = liked ? "yes" : "";
    note.querySelector("form").reset();
    note.showPopover();
    dateline.place(note, button);
    note.querySelector("textarea").focus();
  };
  const acts = {
    copy: (answer, button) => copy(button, said(answer)),
    "copy-sources": (answer, button) => copy(button, [said(answer), ...sourced(answer)].join("\n\n")),
    sources: (answer, button) => {
      opener = button;
      openSide(answer.dataset.message);
      find("dl-sources-title").focus();
    },
    timeline: (answer, button) => {
      opener = button;
      raise("timeline", { message: answer.dataset.message });
    },
    retry: () => raise("retry"),
    edit: () => raise("edit"),
    like: (answer, button) => judge(answer, button, true),
    dislike: (answer, button) => judge(answer, button, false),
    "close-note": () => find("dl-note").hidePopover(),
    "close-side": closeSide,
  };
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("a.dl-mark");
    if (mark) {
      event.preventDefault();
      const place = find(mark.hash.slice(1));
      if (!place) return;
      opener = mark;
      hideQuote();
      return openQuote(place);
    }
    const near = app() && event.target.closest?.("a[data-open]");
    if (near) {
      event.preventDefault();
      opener = near;
      return openArticle(near.dataset.open, near.dataset.at);
    }
    const button = event.target.closest?.("[data-do]");
    if (button) acts[button.dataset.do]?.(button.closest(".dl-answer"), button);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".dl-note")) return;
    event.preventDefault();
    const { message, liked } = find("dl-note").dataset;
    raise("judge", {
      message,
      liked: Boolean(liked),
      note: find("dl-note-text").value,
      right: find("dl-note-right").value,
    });
    find("dl-note").hidePopover();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && find("dl-note")?.matches(":popover-open")) find("dl-note").hidePopover();
  });

  // While an answer grows the page follows it, as long as its question stays in view and its reader
  // has not scrolled up.
  let following = true;
  let before = 0;
  const ahead = (main) => main.scrollHeight - main.scrollTop - main.clientHeight;
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (target.id !== "dl-main") return;
      if (target.scrollTop < before) following = false;
      else if (ahead(target) < 120) following = true;
      before = target.scrollTop;
    },
    true,
  );
  const follow = (anew) => {
    const main = find("dl-main");
    const last = document.querySelector("#dl-chat .dl-message:nth-last-child(2)");
    if (!main || !last) return;
    following ||= anew;
    if (anew) last.scrollIntoView({ block: "start" });
    const room = last.getBoundingClientRect().top - main.getBoundingClientRect().top - 16;
    if (following && room > 0) main.scrollTop += Math.min(room, ahead(main));
    // What was hidden above may have moved the page up as well; that was not its reader.
    before = main.scrollTop;
  };
  let count = 0;
  const changed = () => {
    const thread = document.querySelector("#dl-chat .dl-thread");
    if (!thread) return;
    const messages = thread.childElementCount;
    if (messages > count || thread.dataset.running === "yes") dateline.taken();
    dateline.ran(thread.dataset.running === "yes", thread.dataset.question);
    follow(messages > count);
    count = messages;
    if (!messages) delete app().dataset.side;
  };
  const watched = { subtree: true, childList: true, attributes: true };
  dateline.connect = (trigger) => {
    raise = trigger;
    new MutationObserver(changed).observe(find("dl-chat"), {
      ...watched,
      attributeFilter: ["data-running", "data-question"],
    });
    // Sources that came with an answer are those of another one than is looked at.
    new MutationObserver(() => app().dataset.side && openSide(app().dataset.side)).observe(
      find("dl-panel"),
      { subtree: true, childList: true },
    );
  };
}
