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

// How far a long piece of work is: looked up again while it moves, so that nobody has to.
const moving = document.querySelector("[data-look-again]");
if (moving) {
  const EVERY = 3000, MOST = 100; // as often without any news, and it is left to the person
  let quiet = 0;
  const look = async () => {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const now = page.querySelector("[data-look-again]");
      if (!now) return location.reload();
      quiet = now.innerHTML === moving.innerHTML ? quiet + 1 : 0;
      if (!quiet) moving.innerHTML = now.innerHTML;
    } catch { quiet += 1; }
    if (quiet < MOST) setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
}
