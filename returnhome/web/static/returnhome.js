// Nothing here is needed: every page works without it.
import { initAll } from "./vendor/govuk-frontend.min.js";
import { initAll as initAllMoj } from "./vendor/moj-frontend.min.js";

initAll();
initAllMoj();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Shortly before nothing was done for too long: say so, and let the person stay.
const warning = document.querySelector("[data-signs-out-after]");
if (warning) {
  const BEFORE = 120;
  const after = Number(warning.dataset.signsOutAfter);
  let shown;
  const wait = () => {
    warning.hidden = true;
    clearTimeout(shown);
    shown = setTimeout(() => { warning.hidden = false; }, Math.max(after - BEFORE, 1) * 1000);
  };
  warning.querySelector("button").addEventListener("click", async () => {
    const answer = await fetch(warning.dataset.stay, { redirect: "manual" });
    if (answer.status === 204) wait();
    else location.reload();
  });
  wait();
}
