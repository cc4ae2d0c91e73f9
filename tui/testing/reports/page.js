"use strict";
(() => {
  const cases = [...document.querySelectorAll("details.case")];
  const words = document.getElementById("words");
  const tag = document.getElementById("tag");
  const buttons = [...document.querySelectorAll("[data-verdict]")].filter((b) => b.tagName === "BUTTON");
  const shown = document.getElementById("shown");
  const state = new URLSearchParams(location.hash.slice(1));

  const apply = () => {
    const verdict = state.get("verdict") || "";
    const wanted = (state.get("words") || "").toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = state.get("tag") || "";
    let count = 0;
    for (const one of cases) {
      const fits =
        (!verdict || one.dataset.verdict === verdict) &&
        (!chosen || one.dataset.tags.split(" ").includes(chosen)) &&
        wanted.every((word) => one.dataset.text.includes(word));
      one.hidden = !fits;
      count += fits;
    }
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
    shown.textContent = count === cases.length ? "" : `${count} of ${cases.length} cases`;
    history.replaceState(null, "", state.size ? `#${state}` : location.pathname + location.search);
  };
  const set = (key, value) => { if (value) state.set(key, value); else state.delete(key); apply(); };

  words.value = state.get("words") || "";
  tag.value = state.get("tag") || "";
  words.addEventListener("input", () => set("words", words.value));
  tag.addEventListener("change", () => set("tag", tag.value));
  for (const button of buttons)
    button.addEventListener("click", () => set("verdict", button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.verdict));
  document.querySelector(".filters").hidden = false;
  apply();
})();
