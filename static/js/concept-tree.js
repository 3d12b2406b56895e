/*
 * Moving sections in the tree: by the mouse, by Alt and the arrow keys, by the buttons of a section's menu. All of them
 * send the same step to the server, which answers with the tree as it is then, whoever else moves something.
 */

const DIRECTIONS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };
const tree = () => document.querySelector("[data-tree]");
const voice = document.querySelector("[data-voice]") ?? document.body.appendChild(makeVoice());
let dragged = null;
let mark = null;

function makeVoice() {
  const element = document.createElement("div");
  element.className = "kern-sr-only";
  element.setAttribute("role", "status");
  return element;
}

async function move(url, values) {
  const form = document.getElementById("verschieben");
  const body = new FormData(form);
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  const focused = document.activeElement?.dataset.move;
  try {
    const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
    if (response.redirected || !response.headers.get("Content-Type")?.startsWith("application/json")) throw new Error();
    const answer = await response.json();
    const place = tree().scrollTop;
    tree().outerHTML = answer.tree;
    tree().scrollTop = place;
    if (focused) tree().querySelector(`[data-move="${CSS.escape(focused)}"]`)?.focus();
    voice.textContent = answer.sentence;
    tree().dataset.sentence = response.ok ? "" : answer.sentence;
    flash(response.ok ? "" : answer.sentence);
  } catch {
    flash("Der Abschnitt konnte nicht verschoben werden. Bitte laden Sie die Seite neu.");
  }
}

/** A refused step says why, below the tree. */
function flash(sentence) {
  document.querySelector("[data-tree-error]")?.remove();
  if (!sentence) return;
  const note = document.createElement("p");
  note.className = "tree__error";
  note.dataset.treeError = "";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  tree().before(note);
}

// Keyboard and buttons

document.addEventListener("keydown", (event) => {
  const direction = DIRECTIONS[event.key];
  const link = event.target.closest?.("[data-move]");
  if (!direction || !link || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault(); // Alt and an arrow would go back in the browser's history
  move(link.dataset.move, { direction });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[form=verschieben]");
  if (!button) return;
  event.preventDefault();
  const link = button.closest(".tree__row").querySelector("[data-move]");
  link.focus();
  move(button.getAttribute("formaction"), { direction: button.value });
});

// Mouse: the upper quarter of a row means before it, the lower one after it, the middle inside it

function placeOf(event) {
  const row = event.target.closest?.(".tree__row");
  if (!row || !dragged || dragged.contains(row)) return null;
  const { top, height } = row.getBoundingClientRect();
  const part = (event.clientY - top) / height;
  return { row, where: part < 0.25 ? "before" : part > 0.75 ? "after" : "inside" };
}

function show(place) {
  mark?.row.removeAttribute("data-drop");
  mark = place;
  if (place) place.row.dataset.drop = place.where;
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".tree__node") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector(".tree__title").textContent);
  dragged.classList.add("tree__node--dragged");
});

document.addEventListener("dragover", (event) => {
  const place = placeOf(event);
  if (place) event.preventDefault();
  if (dragged) show(place);
});

document.addEventListener("drop", (event) => {
  const place = placeOf(event);
  if (!place) return;
  event.preventDefault();
  const node = place.row.closest(".tree__node");
  const list = node.parentElement;
  const siblings = [...list.children].filter((each) => each !== dragged);
  const position = siblings.indexOf(node) + (place.where === "after" ? 1 : 0);
  const url = dragged.querySelector("[data-move]").dataset.move;
  if (place.where === "inside") move(url, { parent: node.dataset.node, position: 1000 });
  else move(url, { parent: list.dataset.parent, position });
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("tree__node--dragged");
  dragged = null;
  show(null);
});

// A long tree shows where one is; the page itself stays where it is.

const here = tree()?.querySelector("[aria-current]");
if (here) tree().scrollTop = here.getBoundingClientRect().top - tree().getBoundingClientRect().top - tree().clientHeight / 2;
