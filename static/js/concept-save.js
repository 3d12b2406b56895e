/*
 * Saving without leaving the page: by the button and by Ctrl+S. The state is always visible. What the server does not
 * take as it is (an error, a second version, a frozen one) is sent again as an ordinary form: its pages show the text.
 */
import { settle } from "kiportal/concept-editor";

const form = document.querySelector("[data-save]");
const state = form.querySelector("[data-save-state]");
let editor = null;
let saved = "";
let isSaving = false;
let isLeaving = false;

function content() {
  const entries = [...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "lock_version"].includes(name));
  return JSON.stringify(entries);
}

const isDirty = () => content() !== saved;

function say(text, kind = "") {
  state.dataset.kind = kind;
  if (state.textContent !== text) state.textContent = text;
}

function look() {
  if (isSaving) return;
  if (isDirty()) say("Nicht gespeicherte Änderungen", "changed");
  else if (state.dataset.kind) say(`Gespeichert um ${state.dataset.savedAt} Uhr`, "saved");
}

function sendAsForm() {
  isLeaving = true;
  form.submit();
}

function send() {
  return fetch(form.action || location.href, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  });
}

/** Who signed in again in another window has a new token: it stands in the page as the server gives it now. */
async function renewToken() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.querySelector("[data-save] input[name=csrfmiddlewaretoken]");
  if (fresh) form.querySelector("input[name=csrfmiddlewaretoken]").value = fresh.value;
  return Boolean(fresh);
}

async function save() {
  if (isSaving) return;
  if (editor) settle(editor);
  isSaving = true;
  say("Wird gespeichert …", "saving");
  const sent = content();
  try {
    let response = await send();
    if (response.status === 403 && (await renewToken())) response = await send();
    const isAnswer = !response.redirected && response.headers.get("Content-Type")?.startsWith("application/json");
    if (!isAnswer) {
      const signedOut = response.redirected || response.status === 403;
      say(
        signedOut
          ? "Nicht gespeichert: Sie sind abgemeldet. Bitte melden Sie sich in einem neuen Fenster an und speichern Sie noch einmal."
          : "Nicht gespeichert: Der Server hat nicht geantwortet. Bitte versuchen Sie es gleich noch einmal.",
        "failed",
      );
    } else if (response.ok) {
      const answer = await response.json();
      form.elements.lock_version.value = answer.lock_version;
      state.dataset.savedAt = answer.saved_at;
      saved = sent;
      say(`Gespeichert um ${answer.saved_at} Uhr`, "saved");
      document.body.dispatchEvent(new Event("gespeichert"));
      showInTree();
    } else sendAsForm();
  } catch {
    say("Nicht gespeichert: keine Verbindung. Ihr Text steht noch hier.", "failed");
  } finally {
    isSaving = false;
    if (state.dataset.kind === "saved") look();
  }
}

/** Title and state stand in the tree and above the text, too. */
function showInTree() {
  const title = form.elements.title.value;
  const chosen = form.elements.state.selectedOptions[0];
  const row = document.querySelector(".tree__row--current");
  const mark = row?.querySelector(".tree__state");
  if (row) row.querySelector(".tree__title").textContent = title;
  if (mark) {
    mark.className = `tree__state tree__state--${chosen.value}`;
    mark.title = chosen.textContent;
    mark.firstElementChild.textContent = `(${chosen.textContent})`;
  }
  const heading = document.querySelector(".editor__title");
  heading.lastChild.textContent = `${heading.children.length ? " " : ""}${title}`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
form.addEventListener("input", look);
form.addEventListener("change", look);
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  save();
});
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && isDirty()) event.preventDefault();
});
document.addEventListener("prose-editor:ready", ({ detail }) => {
  editor = detail.editor;
  saved = content();
});
saved = content();
