/* Comfort for the review: a ready-made reason goes into the text field, single keys lead to buttons and links.

   Keys can be switched off (WCAG 2.1.4); the choice stays in this browser. A key moves the focus to a button,
   it never decides: that takes the Enter key. */

const STORE = "kiportal-review-keys";
const form = document.querySelector("[data-review]");

const reasons = form?.querySelector("select[name=template]");
const text = form?.querySelector("textarea[name=reason]");
reasons?.addEventListener("change", () => {
  const chosen = reasons.selectedOptions[0].dataset.text;
  if (!chosen) return;
  text.value = [text.value.trim(), chosen].filter(Boolean).join("\n\n");
  reasons.value = "";
  text.focus();
});

const panel = document.querySelector("[data-shortcuts]");
const toggle = panel?.querySelector("[data-shortcuts-switch]");

function remembered() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function press(event) {
  if (!toggle.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]")) return;
  const key = event.key.toLowerCase();
  const target = key === "t" ? text : document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("a")) target.click();
  else target.focus();
}

if (panel) {
  panel.hidden = false;
  toggle.checked = remembered();
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem(STORE, toggle.checked ? "on" : "off");
    } catch {
      /* without storage the choice holds for this page */
    }
  });
  document.addEventListener("keydown", press);
}
