// openLinked shows the comment that the address of the page names, with those it answers.
export async function openLinked(view, id) {
  const { threads } = view;
  if (!threads.cards.has(id)) {
    try {
      const { article, thread, more, more_after } = await view.api.read(`comments/${encodeURIComponent(id)}/thread`);
      if (article.id !== view.articleId) return; // it is of other comments on the page
      threads.showAlone({ more, more_after, ...thread });
    } catch { return; } // it is not public
  }
  const { node } = threads.cards.get(id) ?? {};
  if (!node || view.signal.aborted) return;
  threads.list.querySelector(".linked")?.classList.remove("linked");
  node.classList.add("linked");
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
  const show = () => node.scrollIntoView({ block: "center" });
  show();
  requestAnimationFrame(show); // what stands above has its height now
}
