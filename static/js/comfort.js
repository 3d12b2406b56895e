/*
 * Comfort only: every page works without this file.
 * Error summary gets the focus, menus close with Escape or a click elsewhere, long texts count their characters,
 * long check lists get a field that narrows them, links open parts of a form, the rich text editor gets a name, pages
 * that are made for paper get a button that prints.
 */

document.querySelector("[data-error-summary]")?.focus();

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

function countCharacters(note) {
  const field = document.getElementById(note.dataset.counter);
  const limit = field?.maxLength ?? -1;
  if (limit < 0) return;
  let timer;
  const show = () => {
    // Browsers count a line break as one character, servers as two.
    const used = field.value.replace(/\n/g, "\r\n").length;
    note.textContent = note.dataset.left.replace("{left}", Math.max(0, limit - used));
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 400); // a screen reader hears the pause, not every key
  });
  show();
}

function addFilter(list) {
  const options = [...list.querySelectorAll(".form-filter__options .kern-form-check")];
  if (!options.length) return;
  const id = `${list.querySelector("input").id}_filter`;
  const frame = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const found = document.createElement("p");
  frame.className = "form-filter__field";
  label.htmlFor = id;
  label.textContent = list.dataset.filterLabel;
  Object.assign(input, { id, type: "search", className: "kern-form-input__input", autocomplete: "off" });
  found.className = "form-filter__found";
  found.setAttribute("role", "status");
  frame.append(label, input, found);
  list.querySelector(".form-filter__options").before(frame);
  list.classList.add("form-filter--ready");
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // the form is not finished yet
  });
  input.addEventListener("input", () => {
    const word = input.value.trim().toLocaleLowerCase();
    let count = 0;
    for (const option of options) {
      const fits = option.textContent.toLocaleLowerCase().includes(word);
      option.hidden = !fits && !option.querySelector("input").checked;
      count += fits;
    }
    found.textContent = word ? list.dataset.filterFound.replace("{count}", count) : "";
  });
}

// A link into a part of a form that is folded opens it; most browsers do that themselves.
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.(".form-jumps__link");
  const part = link?.hash && document.querySelector(link.hash)?.closest("details");
  if (part) part.open = true;
});

function enhance(root) {
  root.querySelectorAll("[data-counter]").forEach(countCharacters);
  root.querySelectorAll("[data-filter-list]").forEach(addFilter);
}

// The editor would write its basic styles into the page, which the CSP forbids; they stand in forms.css. It leaves them
// out when it finds this mark, which borrows the nonce of the editor's own scripts.
if (document.querySelector("[data-django-prose-editor-configurable]")) {
  const mark = document.createElement("style");
  mark.nonce = document.querySelector("script[nonce]")?.nonce;
  mark.dataset.tiptapStyle = "";
  document.head.append(mark);
}

// The rich text editor hides its text area: what is written to has to carry the name, the hint and the address.
document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  const written = editor.view.dom;
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  written.id = textarea.id;
  textarea.id += "_source";
  label.id = `${written.id}_label`;
  label.addEventListener("click", () => written.focus());
  written.setAttribute("role", "textbox");
  written.setAttribute("aria-multiline", "true");
  written.setAttribute("aria-labelledby", label.id);
  const description = textarea.getAttribute("aria-describedby");
  if (description) written.setAttribute("aria-describedby", description);
});

for (const way of document.querySelectorAll("[data-print]")) {
  way.hidden = false; // without scripts it could do nothing, and is not there
  way.querySelector("button").addEventListener("click", () => window.print());
}

enhance(document);
document.addEventListener("htmx:afterSwap", (event) => enhance(event.detail.target));
