// The child's own pages: not needed, and nothing is kept on the device.
"use strict";
(() => {
  const find = (what) => document.querySelector(what);
  const on = (what, then) => document.addEventListener(what, then);

  // Leave at once: gone before the other page has come, and "back" does not lead here.
  const leave = () => {
    const link = find("[data-leave]");
    if (!link) return;
    document.documentElement.hidden = true;
    close(link.href);
    location.replace(link.dataset.leave);
  };
  // What was typed and not saved yet goes with it: two requests could overtake each other.
  const close = (href) => {
    const field = fields()[0], options = { keepalive: true, redirect: "manual" };
    if (field && field.value !== state(field).saved) {
      hold(field);
      const body = new URLSearchParams({ question: field.form.dataset.question, words: field.value });
      body.set("csrfmiddlewaretoken", field.form.elements.csrfmiddlewaretoken.value);
      Object.assign(options, { method: "POST", body });
    }
    fetch(href, options).catch(() => {});
  };
  let escapes = [];
  on("keydown", (event) => {
    if (event.key !== "Escape") return;
    escapes = [...escapes, Date.now()].slice(-3);
    if (escapes.length === 3 && escapes[2] - escapes[0] < 3000) leave();
  });

  // From page to page without a line more in the history.
  let pressed;
  on("click", (event) => {
    pressed = event.target.closest("button");
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const out = find("[data-leave]");
    const away = out && link.href === out.href;
    if (!away && (link.origin !== location.origin || link.getAttribute("href")[0] === "#")) return;
    event.preventDefault();
    if (away) return leave();
    sendLast();
    location.replace(link.href);
  });

  const srcs = (page) => [...page.scripts].map((each) => each.getAttribute("src"));
  const show = (answer, text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const here = srcs(document), wanted = srcs(page);
    // Another sort of page, such as a worker's, brings its own look: load it whole.
    if (!wanted.includes(here[0])) return location.replace(answer.url);
    for (const src of wanted.filter((each) => !here.includes(each))) {
      document.head.append(Object.assign(document.createElement("script"), { src }));
    }
    for (const name of ["lang", "dir", "className"]) document.documentElement[name] = page.documentElement[name];
    document.body.replaceWith(page.body);
    history.replaceState(null, "", answer.url);
    scrollTo(0, 0);
    const first = find("[autofocus]") || find("h1") || find("main");
    first.tabIndex = -1;
    first.focus();
    document.dispatchEvent(new Event("page"));
  };
  on("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "plain" in form.dataset) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const body = new FormData(form);
    if (pressed && pressed.form === form && pressed.name) body.append(pressed.name, pressed.value);
    try {
      // What is on its way must not come after this.
      await Promise.all(fields().map(hold));
      const answer = await fetch(form.getAttribute("action") || location.href, { method: "POST", body });
      if (answer.status >= 500) throw answer;
      show(answer, await answer.text());
    } catch {
      form.removeAttribute("aria-busy");
      const said = form.querySelector("[data-said]") || document.createElement("p");
      said.className = "problem";
      said.dataset.said = "";
      said.setAttribute("role", "alert");
      said.textContent = find("main").dataset.notSent;
      form.append(said);
      said.scrollIntoView({ block: "center" });
      fields().forEach(save);
    }
  });

  // What is typed is sent after a pause. Only what was acknowledged is called saved.
  const PAUSE = 1500, WAITS = [2000, 5000, 10000, 30000];
  const states = new WeakMap();
  const fields = () => [...document.querySelectorAll("textarea[data-save]")];
  const state = (field) => {
    if (!states.has(field)) states.set(field, { saved: field.defaultValue, failed: 0 });
    return states.get(field);
  };
  const hold = (field) => {
    clearTimeout(state(field).timer);
    return state(field).busy;
  };
  const tell = (field, word, time) => {
    const line = document.getElementById(field.dataset.line);
    line.classList.toggle("not", word === "notSaved");
    line.textContent = (line.dataset[word] || "").replace("{}", time);
  };
  const send = (field, options) => {
    const body = new URLSearchParams({ [field.name]: field.value, saving: "1" });
    const token = field.form.elements.csrfmiddlewaretoken;
    if (token) body.set(token.name, token.value);
    return fetch(field.dataset.save, { method: "POST", body, redirect: "error", ...options });
  };
  const save = async (field) => {
    const its = state(field), value = field.value;
    if (its.busy || !field.isConnected || value === its.saved) return;
    clearTimeout(its.timer);
    tell(field, "saving");
    its.stop = new AbortController();
    const late = setTimeout(() => its.stop.abort(), 20000);
    let wait;
    its.busy = send(field, { signal: its.stop.signal })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
      .then(({ saved }) => {
        its.saved = value;
        its.failed = 0;
        if (field.value === value) tell(field, "saved", saved);
        else wait = PAUSE;
      })
      .catch(() => {
        tell(field, "notSaved");
        wait = WAITS[Math.min(its.failed++, 3)];
      });
    await its.busy;
    clearTimeout(late);
    its.busy = null;
    if (wait) its.timer = setTimeout(save, wait, field);
  };
  const sendLast = () => {
    for (const field of fields()) {
      hold(field);
      if (field.value === state(field).saved) continue;
      if (state(field).stop) state(field).stop.abort();
      send(field, { keepalive: true }).catch(() => {});
    }
  };
  const typed = (field) => {
    hold(field);
    tell(field, "");
    state(field).timer = setTimeout(save, PAUSE, field);
  };
  on("input", ({ target }) => target.matches("textarea[data-save]") && typed(target));
  on("focusout", ({ target }) => target.matches("textarea[data-save]") && save(target));
  on("visibilitychange", () => document.visibilityState === "hidden" && sendLast());
  addEventListener("pagehide", sendLast);
  addEventListener("online", () => fields().forEach(save));
  // A slow connection brings the page before it brings this: what was typed meanwhile is there.
  fields().filter((field) => field.value !== field.defaultValue).forEach(typed);
})();
