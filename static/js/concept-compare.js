/* From change to change with Alt and the arrow keys; without this the links below each section do. */

const text = document.querySelector("[data-compared]");
const place = text?.querySelector("[data-compared-place]");

/* Words and blocks next to each other are one change: its first mark stands for it. */
function stops() {
  const found = [];
  for (const mark of text.querySelectorAll("ins, del, [data-change]")) {
    const last = found.at(-1);
    if (last?.contains(mark) || (last && last.nextElementSibling === mark && !last.nextSibling.textContent.trim())) continue;
    if (!mark.parentElement.closest("ins, del, [data-change]")) found.push(mark);
  }
  return found;
}

let current = -1;

function go(step) {
  const marks = stops();
  if (!marks.length) return;
  current = (current + step + marks.length) % marks.length;
  const mark = marks[current];
  text.querySelector("[data-compared-current]")?.removeAttribute("data-compared-current");
  mark.dataset.comparedCurrent = "";
  mark.tabIndex = -1;
  mark.focus({ preventScroll: true });
  mark.scrollIntoView({ block: "center" });
  place.textContent = `${current + 1} / ${marks.length}`;
}

if (text) {
  text.querySelector("[data-compared-keys]").hidden = false;
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("select, input, textarea")) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (current < 0 && step < 0) current = 0;
    go(step);
  });
}
