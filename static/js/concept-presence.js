/*
 * Who is writing where. This page gives a sign while somebody works in it, and shows the signs of others in the tree and
 * above the text. Nothing is locked. Without a key or a click for some minutes the page gives no more signs.
 */

const place = document.querySelector("[data-presence]");
const INTERVAL = 30_000;
const QUIET = 5 * 60_000;
let lastTouched = Date.now();
let shown = "";

async function sign() {
  if (document.hidden || Date.now() - lastTouched > QUIET) return;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    const response = await fetch(place.dataset.presence, { method: "POST", headers });
    if (!response.ok || response.redirected) return;
    show((await response.json()).others);
  } catch {
    // No connection: saving says so.
  }
}

function show(others) {
  const here = others.filter((other) => String(other.section) === place.dataset.section);
  const text = here.map((other) => `${other.name} bearbeitet diesen Abschnitt seit ${other.since} Uhr.`).join(" ");
  if (text !== shown) place.querySelector("p").textContent = shown = text;
  place.hidden = !text;
  for (const mark of document.querySelectorAll("[data-writer-mark]")) mark.remove();
  for (const other of others) {
    const title = document.querySelector(`[data-node="${other.section}"] > .tree__row .tree__title`);
    if (!title) continue;
    const mark = document.createElement("span");
    mark.className = "tree__writer";
    mark.dataset.writerMark = "";
    mark.textContent = `${other.name}, seit ${other.since} Uhr`;
    title.append(mark);
  }
}

for (const kind of ["keydown", "pointerdown"]) {
  document.addEventListener(kind, () => {
    const wasQuiet = Date.now() - lastTouched > QUIET;
    lastTouched = Date.now();
    if (wasQuiet) sign();
  });
}
document.addEventListener("visibilitychange", sign);
setInterval(sign, INTERVAL);
sign();
