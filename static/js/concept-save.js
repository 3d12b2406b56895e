/*
 * Saving without leaving the page: by the button, by Ctrl+S, and by itself some seconds after the last key. The state is
 * always visible. What the server does not take as it is (an error, a second version, a frozen one) is sent again as an
 * ordinary form when a person saves: its pages show the text. Saving by itself only says so, and stops.
 *
 * What could not be saved is kept in this browser, for this account, and offered when the page is opened again.
 */
import { settle } from "kiportal/concept-editor";

const form = document.querySelector("[data-save]");
const state = form.querySelector("[data-save-state]");
const offer = form.querySelector("[data-copy]");
const PREFIX = "kiportal-text-";
const KEY = `${PREFIX}${form.dataset.writer}-${form.dataset.document}`;
const KEPT_DAYS = 7;
const RETRY_SECONDS = 20;
let editor = null;
let saved = "";
let isSaving = false;
let isLeaving = false;
let isStopped = false; // somebody else has saved: from here a person decides
let isAskedAgain = false;
let timer = 0;

function entries() {
  return [...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "lock_version"].includes(name));
}

const content = () => JSON.stringify(entries());
const isDirty = () => content() !== saved;

function say(text, kind = "") {
  state.dataset.kind = kind;
  if (state.textContent !== text) state.textContent = text;
}

function look() {
  if (isSaving) return;
  const dirty = isDirty();
  if (state.dataset.kind === "failed" && dirty) keep();
  else if (dirty) say("Nicht gespeicherte Änderungen", "changed");
  else if (state.dataset.kind) say(`Gespeichert um ${state.dataset.savedAt} Uhr`, "saved");
  if (dirty) saveSoon(Number(form.dataset.autosave));
  else clearTimeout(timer);
}

function saveSoon(seconds) {
  clearTimeout(timer);
  if (!isStopped && offer.hidden) timer = setTimeout(() => save({ byItself: true }), 1000 * seconds);
}

function sendAsForm() {
  isLeaving = true;
  form.submit();
}

function send(byItself) {
  const headers = { Accept: "application/json" };
  if (byItself) headers["X-Autosave"] = "1";
  return fetch(form.action || location.href, { method: "POST", body: new FormData(form), headers });
}

/** Who signed in again in another window has a new token: it stands in the page as the server gives it now. */
async function renewToken() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.querySelector("[data-save] input[name=csrfmiddlewaretoken]");
  if (fresh) form.querySelector("input[name=csrfmiddlewaretoken]").value = fresh.value;
  return Boolean(fresh);
}

function fail(text) {
  say(text, "failed");
  keep();
  saveSoon(RETRY_SECONDS);
}

async function save({ byItself = false } = {}) {
  if (isSaving) {
    isAskedAgain ||= !byItself;
    return;
  }
  clearTimeout(timer);
  if (editor) settle(editor);
  if (byItself && (!isDirty() || editor?.view.composing)) {
    if (isDirty()) saveSoon(1);
    return;
  }
  isSaving = true;
  say("Wird gespeichert …", "saving");
  const sent = content();
  try {
    let response = await send(byItself);
    if (response.status === 403 && (await renewToken())) response = await send(byItself);
    const isAnswer = !response.redirected && response.headers.get("Content-Type")?.startsWith("application/json");
    if (!isAnswer) {
      const signedOut = response.redirected || response.status === 403;
      fail(
        signedOut
          ? "Nicht gespeichert: Sie sind abgemeldet. Bitte melden Sie sich in einem neuen Fenster an und speichern Sie noch einmal."
          : "Nicht gespeichert: Der Server hat nicht geantwortet. Bitte versuchen Sie es gleich noch einmal.",
      );
    } else if (response.ok) take(await response.json(), sent, byItself);
    else if (byItself) stop(await response.json());
    else {
      keep();
      sendAsForm();
    }
  } catch {
    fail("Nicht gespeichert: keine Verbindung. Ihr Text steht noch hier.");
  } finally {
    isSaving = false;
    if (state.dataset.kind === "saved") look();
  }
  if (isAskedAgain) {
    isAskedAgain = false;
    save();
  }
}

function take(answer, sent, byItself) {
  form.elements.lock_version.value = answer.lock_version;
  state.dataset.savedAt = answer.saved_at;
  saved = sent;
  isStopped = false;
  forget();
  say(`Gespeichert um ${answer.saved_at} Uhr`, "saved");
  if (!byItself) document.body.dispatchEvent(new Event("gespeichert"));
  showInTree();
}

/** Saving by itself never decides between two texts, and never argues about an empty heading. */
function stop({ reason = "", errors = {} }) {
  const sentences = {
    stale: "Nicht gespeichert: Jemand anderes hat diesen Abschnitt inzwischen gespeichert. „Speichern“ zeigt beide Texte.",
    closed: "Nicht gespeichert: Diese Fassung nimmt nichts mehr an. „Speichern“ zeigt Ihren Text und sagt, warum.",
  };
  isStopped = Boolean(reason);
  say(sentences[reason] ?? `Noch nicht gespeichert: ${Object.values(errors).flat().join(" ")}`, "failed");
  keep();
}

// The copy in this browser

function keep() {
  const copy = { at: Date.now(), lockVersion: form.elements.lock_version.value, entries: entries() };
  try {
    localStorage.setItem(KEY, JSON.stringify(copy));
  } catch {
    // No room, or storage is switched off: the text still stands in the page, and leaving it asks.
  }
}

function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

function kept(key = KEY) {
  try {
    const copy = JSON.parse(localStorage.getItem(key));
    return copy?.at > Date.now() - KEPT_DAYS * 86_400_000 ? copy : null;
  } catch {
    return null;
  }
}

function forgetOld() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && !kept(key)) localStorage.removeItem(key);
  } catch {
    // Storage is switched off.
  }
}

function offerCopy() {
  const copy = kept();
  if (!copy || JSON.stringify(copy.entries) === saved) return forget();
  const day = new Intl.DateTimeFormat("de-DE", { dateStyle: "short", timeStyle: "short" }).format(copy.at);
  offer.querySelector("[data-copy-time]").textContent = day;
  offer.hidden = false;
  offer.addEventListener("click", ({ target }) => {
    const choice = target.closest("[data-copy-choice]")?.dataset.copyChoice;
    if (!choice) return;
    offer.hidden = true;
    if (choice === "discard") forget();
    else putIn(copy);
    editor?.view.focus();
  });
}

/** The kept text takes the place of the stored one; if that has changed meanwhile, saving shows both. */
function putIn(copy) {
  const values = new Map(copy.entries);
  for (const field of form.elements) {
    if (!field.name || !["title", "body", "state", "is_numbered"].includes(field.name)) continue;
    if (field.type === "checkbox") field.checked = values.has(field.name);
    else if (values.has(field.name)) field.value = values.get(field.name);
  }
  editor?.commands.setContent(values.get("body") ?? "");
  form.elements.lock_version.value = copy.lockVersion;
  look();
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
  if (isLeaving || !isDirty()) return;
  keep();
  event.preventDefault();
});
document.addEventListener("prose-editor:ready", ({ detail }) => {
  editor = detail.editor;
  saved = content();
  forgetOld();
  offerCopy();
});
saved = content();
