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

// Gradio labels each message with its source text, which here is HTML: a screen reader
// would read out tags. Without the label it reads the message.
const unlabel = () =>
  document
    .querySelectorAll("#dl-chat [data-testid][aria-label*='<div class=']")
    .forEach((message) => message.removeAttribute("aria-label"));
new MutationObserver(unlabel).observe(document.documentElement, {
  subtree: true,
  childList: true,
  attributes: true,
  attributeFilter: ["aria-label"],
});
