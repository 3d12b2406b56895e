/*
 * Comfort for the list of offers, which htmx keeps up to date: what was unfolded stays unfolded, the focus stays where
 * it was and the number of hits is read out after a filter was set; after a search, a page or a link the heading of
 * the hits takes the focus.
 */

const list = document.getElementById("angebote");
const voice = document.getElementById("ansage");
const key = (details) => `${details.className} ${details.querySelector("input")?.name}`;
let unfolded = new Map();
let focused = "";

list.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.formData.get("q") === "") detail.formData.delete("q");
});

list.addEventListener("htmx:beforeSwap", () => {
  unfolded = new Map([...list.querySelectorAll("details")].map((details) => [key(details), details.open]));
  focused = document.activeElement.id;
});

list.addEventListener("htmx:afterSwap", ({ detail }) => {
  const filtered = detail.requestConfig.triggeringEvent?.type === "change";
  for (const details of list.querySelectorAll("details")) {
    const wasOpen = unfolded.get(key(details));
    // The panel of a phone closes when its button was pressed, so that the hits come into view.
    if (wasOpen !== undefined) details.open = wasOpen && (filtered || !details.matches(".facet-panel"));
  }
  const heading = document.getElementById("treffer");
  if (filtered) {
    voice.textContent = heading.textContent;
    document.getElementById(focused)?.focus({ preventScroll: true });
  } else {
    heading.focus();
  }
});

// Without an answer the browser goes there itself: it shows the error page, or its own if the network is down.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  list.addEventListener(failure, ({ detail }) => location.assign(detail.pathInfo.finalRequestPath));
}
