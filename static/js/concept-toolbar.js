/*
 * The toolbar of the document editor and its dialogs. The page holds both as HTML; here is what they do.
 */
import {
  Bold,
  Document,
  Editor,
  HardBreak,
  History,
  Italic,
  Paragraph,
  Subscript,
  Superscript,
  Text,
} from "django-prose-editor/editor";
import { chain, Citation, DocumentLink, Footnote, LanguageMark, settle } from "kiportal/concept-editor";

const SCHEMES = /^(https?:\/\/|mailto:|tel:)\S+$/i;
const dialogOf = (name) => document.querySelector(`[data-dialog="${name}"]`);

// Dialogs

/**
 * Show a dialog and return what was chosen: {action: "save" | "remove" | "cancel", form}.
 * `check` returns the sentences that keep the dialog open, by field; it may take its time.
 */
function askIn(name, { existing = false, values = {}, check = () => ({}) } = {}) {
  const dialog = dialogOf(name);
  const form = dialog.querySelector("form");
  form.reset();
  for (const part of dialog.querySelectorAll("[data-fill]")) fill(part);
  for (const part of dialog.querySelectorAll("[data-only-existing]")) part.hidden = !existing;
  for (const part of dialog.querySelectorAll("[data-only-new]")) part.hidden = existing;
  for (const [field, value] of Object.entries(values)) if (form.elements[field]) form.elements[field].value = value;
  showErrors(form, {});
  return new Promise((resolve) => {
    const decide = async (event) => {
      const action = event.submitter?.value ?? "save";
      if (action !== "save") return;
      event.preventDefault();
      const errors = await check(form);
      showErrors(form, errors);
      if (Object.keys(errors).length) form.elements[Object.keys(errors)[0]]?.focus?.();
      else dialog.close("save");
    };
    form.addEventListener("submit", decide);
    dialog.addEventListener(
      "close",
      () => {
        form.removeEventListener("submit", decide);
        resolve({ action: dialog.returnValue, form });
      },
      { once: true },
    );
    dialog.returnValue = "cancel"; // what Escape leaves
    dialog.showModal();
  });
}

function fill(part) {
  const choices = document.getElementById(part.dataset.fill);
  part.replaceChildren(...(choices ? [choices.content.cloneNode(true)] : []));
}

function showErrors(form, errors) {
  for (const place of form.querySelectorAll("[data-error]")) {
    place.textContent = errors[place.dataset.error] ?? "";
    form.elements[place.dataset.error]?.setAttribute?.("aria-invalid", String(Boolean(place.textContent)));
  }
}

/** A dialog whose one field is a small editor: running text with bold, italic, links. Returns its content as JSON. */
async function askForText(name, content, { existing = false, extensions = [] } = {}) {
  const dialog = dialogOf(name);
  const place = dialog.querySelector("[data-rich]");
  const small = new Editor({
    element: place,
    extensions: [
      Document.extend({ content: "paragraph" }),
      ...[Paragraph, Text, HardBreak, History, Bold, Italic, Superscript, Subscript, LanguageMark, Citation],
      DocumentLink.configure({ openOnClick: false, enableTarget: false }),
      ...extensions,
    ],
    content,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-labelledby": place.dataset.rich,
        "aria-describedby": place.getAttribute("aria-describedby"),
      },
      // As in a field of one line: Enter takes the text over, Escape leaves it. Shift and Enter make a line break.
      handleKeyDown: (_view, event) => {
        if (event.key === "Escape") dialog.close("cancel");
        else if (event.key === "Enter" && !event.shiftKey) dialog.querySelector("form").requestSubmit();
        else return false;
        return true;
      },
    },
  });
  const asked = askIn(name, { existing });
  // At once, not in the next frame as the command of that name does: the first keys belong to this text.
  small.commands.setTextSelection(small.state.doc.content.size);
  small.view.focus();
  const { action } = await asked;
  const result = { action, json: small.getJSON().content?.[0]?.content ?? [], html: small.getHTML() };
  small.destroy();
  return result;
}

// Commands with a dialog

async function link(editor) {
  const existing = editor.isActive("link");
  const { selection } = editor.state;
  const old = editor.getAttributes("link").href ?? "";
  if (existing) editor.commands.extendMarkRange("link");
  const asked = askIn("link", {
    existing: existing || !selection.empty,
    values: { href: old.startsWith("#") ? "" : old },
    check: (form) =>
      SCHEMES.test(form.elements.href.value.trim())
        ? {}
        : { href: "Bitte geben Sie eine Adresse ein, die mit https://, mailto: oder tel: beginnt." },
  });
  dialogOf("link").querySelector("[value=remove]").hidden = !existing;
  const { action, form } = await asked;
  const href = form.elements.href.value.trim();
  if (action === "save") {
    if (existing || !selection.empty) chain(editor).setLink({ href }).run();
    else insertLinked(editor, form.elements.text.value.trim() || href, href);
  } else if (action === "remove") chain(editor).unsetLink().run();
}

function insertLinked(editor, text, href) {
  const marks = [{ type: "link", attrs: { href } }];
  chain(editor).insertContent({ type: "text", text, marks }).run();
}

async function reference(editor) {
  const existing = editor.isActive("link");
  const { selection } = editor.state;
  const old = editor.getAttributes("link").href ?? "";
  if (existing) editor.commands.extendMarkRange("link");
  const { action, form } = await askIn("reference", {
    existing: existing && old.startsWith("#section:"),
    values: old.startsWith("#section:") ? { uuid: old.slice("#section:".length) } : {},
    check: (form) => (form.elements.uuid.value ? {} : { uuid: "Bitte wählen Sie einen Abschnitt aus." }),
  });
  const chosen = form.elements.uuid.selectedOptions[0];
  if (action === "save") {
    const href = `#section:${chosen.value}`;
    if (existing || !selection.empty) chain(editor).setLink({ href }).run();
    else insertLinked(editor, chosen.dataset.reference, href);
  } else if (action === "remove") chain(editor).unsetLink().run();
}

async function footnote(editor) {
  const { selection } = editor.state;
  const old = selection.node?.type.name === "footnote" ? selection.node : null;
  const content = { type: "doc", content: [{ type: "paragraph", content: old?.content.toJSON() ?? [] }] };
  const { action, json } = await askForText("footnote", content, { existing: Boolean(old) });
  if (action === "remove" || (action === "save" && !json.length)) {
    if (old) chain(editor).deleteSelection().run();
  } else if (action === "save") {
    const place = old ? { from: selection.from, to: selection.to } : selection.to;
    chain(editor).insertContentAt(place, { type: "footnote", attrs: old?.attrs, content: json }).run();
  }
}

async function citation(editor) {
  const { selection } = editor.state;
  const old = selection.node?.type.name === "citation" ? selection.node : null;
  const check = async (form) => {
    const fields = [...form.querySelectorAll("[name^=quelle-]:not([type=hidden])")];
    const isNew = fields.some((field) => field.value.trim());
    if (isNew) return addSource(form);
    return form.elements.uuid.value ? {} : { uuid: "Bitte wählen Sie eine Quelle aus oder legen Sie eine neue an." };
  };
  const asked = askIn("citation", { existing: Boolean(old), values: old?.attrs, check });
  const dialog = dialogOf("citation");
  dialog.querySelector("details").open = !dialog.querySelector("option");
  const { action, form } = await asked;
  const attrs = { uuid: form.elements.uuid.value, place: form.elements.place.value.trim() };
  if (action === "remove") chain(editor).deleteSelection().run();
  else if (action === "save" && old) chain(editor).updateAttributes("citation", attrs).run();
  else if (action === "save") {
    const { $to, to } = selection;
    const isApart = /(^|[\s(])$/.test($to.parent.textBetween(0, $to.parentOffset, " ", "x"));
    const content = [...(isApart ? [] : [{ type: "text", text: " " }]), { type: "citation", attrs }];
    chain(editor).insertContentAt(to, content).run();
  }
}

/** Store what the dialog says of a new source, and choose it. Returns the sentences that keep the dialog open. */
async function addSource(form) {
  const body = new FormData(form);
  const lost = { uuid: "Die Quelle konnte nicht gespeichert werden. Bitte versuchen Sie es noch einmal." };
  const { errors, answer } = await post(form.dataset.add, body, lost);
  if (!answer) return errors;
  for (const list of [form.elements.uuid, document.getElementById("auswahl-quellen")?.content]) {
    const option = new Option(answer.label, answer.uuid);
    option.dataset.label = answer.label;
    list?.append(option);
  }
  form.elements.uuid.value = answer.uuid;
  document.body.dispatchEvent(new Event("gespeichert"));
  return {};
}

async function table(editor) {
  const { action, form } = await askIn("table");
  if (action !== "save") return;
  const between = (value, most) => Math.min(most, Math.max(1, Number.parseInt(value, 10) || 1));
  const { rows, columns, headerRow, headerColumn, caption } = form.elements;
  const cell = (type) => ({ type, content: [{ type: "paragraph" }] });
  const content = Array.from({ length: between(rows.value, 100) }, (_row, row) => ({
    type: "tableRow",
    content: Array.from({ length: between(columns.value, 12) }, (_cell, column) =>
      cell((headerRow.checked && row === 0) || (headerColumn.checked && column === 0) ? "tableHeader" : "tableCell"),
    ),
  }));
  const title = document.createElement("span");
  title.textContent = caption.value.trim();
  const start = editor.state.selection.from;
  chain(editor).insertContent({ type: "table", attrs: { caption: title.innerHTML }, content }).run();
  editor.state.doc.nodesBetween(Math.max(0, start - 1), editor.state.doc.content.size, (node, position) => {
    if (node.type.name !== "table" || position + node.nodeSize < start) return true;
    editor.commands.setTextSelection(position + 4); // into the first cell
    return false;
  });
}

async function caption(editor) {
  const old = editor.getAttributes("table").caption ?? "";
  const { action, html } = await askForText("caption", `<p>${old}</p>`, { extensions: [Footnote] });
  if (action !== "save") return;
  const inner = html.replace(/^<p>|<\/p>$/g, "");
  chain(editor).updateAttributes("table", { caption: inner }).run();
}

async function language(editor) {
  const existing = editor.isActive("language");
  if (existing) editor.commands.extendMarkRange("language");
  const lang = editor.getAttributes("language").lang;
  const { action, form } = await askIn("language", { existing, values: lang ? { lang } : {} });
  const chosen = form.elements.lang.selectedOptions[0];
  if (action === "remove") chain(editor).unsetMark("language").run();
  else if (action === "save" && chosen) {
    const dir = chosen.dataset.dir ?? null;
    chain(editor).setMark("language", { lang: chosen.value, dir }).run();
  }
}

// Pictures

function pictureAt(editor) {
  const { selection } = editor.state;
  if (selection.node?.type.name === "image") return { node: selection.node, position: selection.from };
  const { $from } = selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if ($from.node(depth).type.name !== "figure") continue;
    let found = null;
    $from.node(depth).forEach((node, offset) => {
      if (node.type.name === "image") found ??= { node, position: $from.start(depth) + offset };
    });
    return found;
  }
  return null;
}

async function picture(editor) {
  const old = pictureAt(editor);
  let uploaded = null;
  const check = async (form) => {
    const { "bild-alternative": alternative, "bild-file": file } = form.elements;
    if (!old && file.files.length) {
      const answer = await upload(form);
      uploaded = answer.picture;
      return answer.errors;
    }
    if (!alternative.value.trim()) return { "bild-alternative": "Bitte beschreiben Sie, was das Bild zeigt." };
    if (!old && !form.querySelector("[name=bild]:checked"))
      return { bild: "Bitte wählen Sie ein Bild aus oder laden Sie eines hoch." };
    return {};
  };
  const dialog = dialogOf("picture");
  const choose = ({ target }) => {
    const { alternative } = target.dataset;
    if (target.name === "bild") dialog.querySelector("[name=bild-alternative]").value = alternative;
  };
  dialog.addEventListener("change", choose);
  const values = { "bild-alternative": old?.node.attrs.alt ?? "" };
  const asked = askIn("picture", { existing: Boolean(old), values, check });
  if (!old && !dialog.querySelector("[name=bild]")) dialog.querySelector(".dialog__upload").open = true;
  const { action, form } = await asked;
  dialog.removeEventListener("change", choose);
  const alt = form.elements["bild-alternative"].value.trim();
  if (action === "remove") removePicture(editor, old);
  else if (action === "save" && old) {
    chain(editor).setNodeSelection(old.position).updateAttributes("image", { alt }).run();
  } else if (action === "save") insertPicture(editor, { ...(uploaded ?? chosenPicture(form)), alt }, form);
}

function chosenPicture(form) {
  const { value, dataset } = form.querySelector("[name=bild]:checked");
  return { src: value, width: dataset.width, height: dataset.height };
}

function insertPicture(editor, attrs, form) {
  const text = form.elements.caption.value.trim();
  const content = [{ type: "image", attrs }];
  if (text) content.push({ type: "caption", content: [{ type: "text", text }] });
  chain(editor).insertContent({ type: "figure", content }).run();
}

function removePicture(editor, { position }) {
  const $position = editor.state.doc.resolve(position);
  const inFigure = $position.parent.type.name === "figure";
  const place = inFigure ? $position.before() : position;
  chain(editor).setNodeSelection(place).deleteSelection().run();
}

async function upload(form) {
  const body = new FormData();
  for (const name of ["bild-file", "bild-rights", "bild-alternative"]) {
    const field = form.elements[name];
    body.append(name, field.files?.[0] ?? field.value);
  }
  const lost = { "bild-file": "Das Bild konnte nicht hochgeladen werden. Bitte versuchen Sie es noch einmal." };
  const { errors, answer } = await post(form.dataset.upload, body, lost);
  if (!answer) return { errors };
  document.body.dispatchEvent(new Event("gespeichert"));
  const { src, width, height } = answer;
  return { picture: { src, width, height }, errors };
}

/** Send a part of a dialog: {answer} as the server gives it, or {errors} by field; `lost` where nothing came back. */
async function post(address, body, lost) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    const response = await fetch(address, { method: "POST", body, headers });
    if (response.status === 400) {
      const { errors } = await response.json();
      return { errors: Object.fromEntries(Object.entries(errors).map(([name, texts]) => [name, texts[0]])) };
    }
    if (!response.ok || response.redirected) return { errors: lost };
    return { answer: await response.json(), errors: {} };
  } catch {
    return { errors: lost };
  }
}

// Buttons

const always = () => true;
const mark = (name) => ({
  run: (editor) => chain(editor).toggleMark(name).run(),
  active: (editor) => editor.isActive(name),
  enabled: (editor) => editor.can().toggleMark(name),
});
const plain = (name, ...options) => ({
  run: (editor) => chain(editor)[name](...options).run(),
  active: () => false,
  enabled: (editor) => editor.can()[name](...options),
});
const asking = (run, active = () => false, enabled = always) => ({ run, active, enabled });
const isReference = (editor) => (editor.getAttributes("link").href ?? "").startsWith("#section:");

/** Whether every cell at the top (or at the side) of the table is a header cell. */
function hasHeader(editor, side) {
  const { $from } = editor.state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    if (node.type.name !== "table") continue;
    const cells = side === "row" ? node.child(0).children : node.children.map((row) => row.child(0));
    return cells.every((cell) => cell.type.name === "tableHeader");
  }
  return false;
}

const COMMANDS = {
  heading: {
    run: (editor) => chain(editor).toggleHeading({ level: 3 }).run(),
    active: (editor) => editor.isActive("heading"),
    enabled: (editor) => editor.can().toggleHeading({ level: 3 }),
  },
  bold: mark("bold"),
  italic: mark("italic"),
  superscript: mark("superscript"),
  subscript: mark("subscript"),
  bulletList: { ...plain("toggleBulletList"), active: (editor) => editor.isActive("bulletList") },
  orderedList: { ...plain("toggleOrderedList"), active: (editor) => editor.isActive("orderedList") },
  indent: plain("sinkListItem", "listItem"),
  outdent: plain("liftListItem", "listItem"),
  blockquote: { ...plain("toggleBlockquote"), active: (editor) => editor.isActive("blockquote") },
  link: asking(link, (editor) => editor.isActive("link") && !isReference(editor)),
  reference: asking(reference, isReference),
  footnote: asking(footnote, (editor) => editor.isActive("footnote")),
  citation: asking(citation, (editor) => editor.isActive("citation")),
  table: asking(table, undefined, (editor) => !editor.isActive("table")),
  picture: asking(picture, (editor) => Boolean(pictureAt(editor))),
  language: asking(
    language,
    (editor) => editor.isActive("language"),
    (editor) => !editor.state.selection.empty || editor.isActive("language"),
  ),
  undo: plain("undo"),
  redo: plain("redo"),
  caption: asking(caption),
  headerRow: { ...plain("toggleHeaderRow"), active: (editor) => hasHeader(editor, "row") },
  headerColumn: { ...plain("toggleHeaderColumn"), active: (editor) => hasHeader(editor, "column") },
  rowAbove: plain("addRowBefore"),
  rowBelow: plain("addRowAfter"),
  deleteRow: plain("deleteRow"),
  columnBefore: plain("addColumnBefore"),
  columnAfter: plain("addColumnAfter"),
  deleteColumn: plain("deleteColumn"),
  mergeCells: plain("mergeCells"),
  splitCell: plain("splitCell"),
  deleteTable: plain("deleteTable"),
};

function connect(toolbar, editor) {
  const buttons = [...toolbar.querySelectorAll("[data-command]")];
  const usable = () => buttons.filter((button) => button.offsetParent !== null);
  const isEnabled = (button) => button.getAttribute("aria-disabled") !== "true";

  async function run(name) {
    if (name === "toolbar") {
      (usable().find((button) => button.tabIndex === 0) ?? usable()[0]).focus();
      return;
    }
    await COMMANDS[name].run(editor);
    editor.view.focus();
  }

  function show() {
    for (const group of toolbar.querySelectorAll("[data-only]")) group.hidden = !editor.isActive(group.dataset.only);
    for (const button of buttons) {
      const { active, enabled } = COMMANDS[button.dataset.command];
      if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(active(editor)));
      button.setAttribute("aria-disabled", String(!enabled(editor)));
    }
    if (!usable().some((button) => button.tabIndex === 0)) buttons[0].tabIndex = 0;
  }

  for (const button of buttons) {
    button.tabIndex = button === buttons[0] ? 0 : -1;
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its selection
    button.addEventListener("click", () => {
      settle(editor); // before asking whether the button can do anything with what is selected
      if (isEnabled(button)) run(button.dataset.command);
    });
  }
  toolbar.addEventListener("focusin", ({ target }) => {
    for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
  });
  toolbar.addEventListener("keydown", (event) => {
    const shown = usable();
    const place = shown.indexOf(document.activeElement);
    const targets = {
      ArrowRight: shown[(place + 1) % shown.length],
      ArrowLeft: shown[(place - 1 + shown.length) % shown.length],
      Home: shown[0],
      End: shown.at(-1),
    };
    if (event.key === "Escape") editor.view.focus();
    else if (targets[event.key]) targets[event.key].focus();
    else return;
    event.preventDefault();
  });
  editor.view.dom.addEventListener("editor:command", ({ detail }) => run(detail));
  editor.on("transaction", show);
  show();
}

document.addEventListener("prose-editor:ready", ({ detail: { editor } }) => {
  const toolbar = document.querySelector("[data-toolbar]");
  const hint = document.querySelector("[data-editor-hint]");
  const frame = editor.view.dom.closest(".prose-editor");
  if (!toolbar) return;
  frame.before(toolbar);
  frame.after(hint);
  toolbar.hidden = hint.hidden = false;
  toolbar.setAttribute("aria-controls", editor.view.dom.id);
  const descriptions = [editor.view.dom.getAttribute("aria-describedby"), hint.id];
  editor.view.dom.setAttribute("aria-describedby", descriptions.filter(Boolean).join(" "));
  for (const button of toolbar.querySelectorAll("[aria-haspopup=dialog]")) {
    if (!dialogOf(button.dataset.command)) button.remove();
  }
  connect(toolbar, editor);
});
