/*
 * The board by state with the mouse: a card dropped on a column presses the button of its menu that leads there. Where
 * there are several (a focus to choose), the menu opens. Keyboard and touch use the menu itself.
 */

const hint = document.querySelector("[data-board-hint]");
const columns = [...document.querySelectorAll("[data-column]")];
let dragged = null;

const waysTo = (column) =>
  dragged && !column.contains(dragged) ? [...dragged.querySelectorAll(`[data-target="${column.dataset.column}"]`)] : [];

for (const card of document.querySelectorAll("[data-card]")) {
  if (!card.querySelector("[data-target]")) continue;
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector("h3").textContent.trim());
    card.classList.add("measure-card--dragged");
    for (const column of columns) column.toggleAttribute("data-open", waysTo(column).length > 0);
  });
  card.addEventListener("dragend", () => {
    card.classList.remove("measure-card--dragged");
    for (const column of columns) {
      column.removeAttribute("data-open");
      column.removeAttribute("data-over");
    }
    dragged = null;
  });
}

for (const column of columns) {
  column.addEventListener("dragover", (event) => {
    if (!waysTo(column).length) return;
    event.preventDefault();
    column.toggleAttribute("data-over", true);
  });
  column.addEventListener("dragleave", (event) => {
    if (!column.contains(event.relatedTarget)) column.removeAttribute("data-over");
  });
  column.addEventListener("drop", (event) => {
    const ways = waysTo(column);
    if (!ways.length) return;
    event.preventDefault();
    if (ways.length > 1) {
      ways[0].closest("details").open = true;
      ways[0].focus();
    } else {
      ways[0].click();
    }
  });
}

if (hint) hint.hidden = matchMedia("(pointer: coarse)").matches;
