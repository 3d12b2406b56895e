/*
 * Comfort for the list of offers, which htmx keeps up to date: unfolded filters stay unfolded, the number of hits is
 * read out after a filter was set, and after a search, a page or a link the heading of the hits takes the focus.
 */

const list = document.getElementById("angebote");
const voice = document.getElementById("ansage");
const name = (details) => details.querySelector("summary").textContent.replace(/\d+/g, "").trim();
let unfolded = new Map();

list.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.formData.get("q") === "") detail.formData.delete("q");
});

list.addEventListener("htmx:beforeSwap", () => {
  unfolded = new Map([...list.querySelectorAll("details")].map((details) => [name(details), details.open]));
});

list.addEventListener("htmx:afterSwap", ({ detail }) => {
  const filtered = detail.requestConfig.triggeringEvent?.type === "change";
  for (const details of list.querySelectorAll("details")) {
    const wasOpen = unfolded.get(name(details));
    // The panel of a phone closes when its button was pressed, so that the hits come into view.
    if (wasOpen !== undefined) details.open = wasOpen && (filtered || !details.matches(".facet-panel"));
  }
  const heading = document.getElementById("treffer");
  if (filtered) voice.textContent = heading.textContent;
  else heading.focus();
});
