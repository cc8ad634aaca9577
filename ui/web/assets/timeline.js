// A part of a timeline is seen by drawing across its bars; a click on the same bar shows all again.
{
  let from = null;
  const picked = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".dl-span g");
  const show = (timeline, first, until) => {
    for (const bar of timeline.querySelectorAll(".dl-span g")) {
      bar.classList.toggle("dl-out", bar.dataset.last < first || bar.dataset.first > until);
    }
    for (const entry of timeline.querySelectorAll("[data-day]")) {
      entry.hidden = first > "" && (entry.dataset.day < first || entry.dataset.day > until);
    }
    timeline.dataset.first = first;
  };
  const draw = (event) => {
    const bar = picked(event);
    if (!from || !bar) return;
    const [first, last] = bar.dataset.first < from.dataset.first ? [bar, from] : [from, bar];
    show(bar.closest(".dl-timeline"), first.dataset.first, last.dataset.last);
  };
  document.addEventListener("pointerdown", (event) => {
    from = picked(event) ?? null;
    if (!from) return;
    event.preventDefault();
    const timeline = from.closest(".dl-timeline");
    if (timeline.dataset.first === from.dataset.first) {
      show(timeline, "", "9999");
      from = null;
    } else draw(event);
  });
  document.addEventListener("pointermove", draw);
  document.addEventListener("pointerup", () => (from = null));
}
