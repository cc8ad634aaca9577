// Saved questions: what is typed and clicked there is told to the server.
{
  let raise = () => {};
  dateline.connectAlerts = (trigger) => (raise = trigger);

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "dl-alert") return;
    event.preventDefault();
    raise("save", Object.fromEntries(new FormData(event.target)));
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-alert]");
    if (button) raise(button.dataset.alert, { question: button.dataset.question });
    const link = event.target.closest?.("[data-article-tab]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dateline.openArticle(link.dataset.articleTab);
  });
}
