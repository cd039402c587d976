// Nothing here is needed: every page works without it.
import { initAll } from "./vendor/govuk-frontend.min.js";
import { initAll as initAllMoj } from "./vendor/moj-frontend.min.js";

initAll();
initAllMoj();
