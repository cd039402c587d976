// Nothing here is needed: every page works without it.
import { initAll } from "./vendor/govuk-frontend.min.js";
import { initAll as initAllMoj } from "./vendor/moj-frontend.min.js";

initAll();
initAllMoj();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Sent without a connection, a form would give way to the browser's own error page, and what was typed
// with it: then it stays and says so.
document.addEventListener("submit", (event) => {
  if (navigator.onLine || event.defaultPrevented) return;
  event.preventDefault();
  const form = event.target;
  const said = form.querySelector("[data-no-connection]") ?? document.createElement("p");
  said.className = "govuk-body rh-left--not";
  said.dataset.noConnection = "";
  said.setAttribute("role", "alert");
  said.textContent = "No connection, so nothing was sent. What you typed stays on this page: try again once there is one.";
  form.append(said);
  said.scrollIntoView({ block: "center" });
});
window.addEventListener("online", () => {
  document.querySelectorAll("[data-no-connection]").forEach((said) => said.remove());
});

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
