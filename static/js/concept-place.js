/*
 * A hint leads to its place: "?stelle=3" in the address, or a link with data-block in the page, selects the third block
 * of the text and brings it into view.
 */
document.addEventListener("prose-editor:ready", ({ detail: { editor } }) => {
  function show(number) {
    const { doc } = editor.state;
    if (!(number >= 1 && number <= doc.childCount)) return;
    let from = 0;
    for (let place = 0; place < number - 1; place += 1) from += doc.child(place).nodeSize;
    editor.view.focus();
    editor.commands.setTextSelection({ from: from + 1, to: from + doc.child(number - 1).nodeSize - 1 });
    editor.view.nodeDOM(from).scrollIntoView({ block: "center" });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-block]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(Number(link.dataset.block));
  });
  show(Number(new URLSearchParams(location.search).get("stelle")));
});
