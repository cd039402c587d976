// Saves every answer as its field is left and says when. Without it the page's buttons save all.
const PAUSE = 4000; // of typing, in milliseconds
const AGAIN = 5000; // after the connection failed
const KEPT_ALIVE = 60000; // characters that a browser still sends for a page that was left
const CUT = "Not saved yet: no connection. Your words stay on this page, and it tries again.";
const SHUT = "Not saved: this page is no longer open to you. Your words stay here. Copy them, or sign in " +
  "again in another window and then change something here.";

class Answer {
  constructor(block) {
    this.block = block;
    this.said = block.querySelector("[data-saved]");
    this.seen = block.querySelector('input[name$="-seen"]');
    this.form = block.closest("form");
    this.isChanged = false;
    this.isOnTheWay = false;
    block.addEventListener("input", () => this.changed());
    block.addEventListener("change", () => this.save());
    block.addEventListener("focusout", () => this.save());
    // A slow connection brings the page before it brings this: what was typed meanwhile is there.
    const fields = [...block.querySelectorAll("input:not([type=hidden]), textarea")];
    if (fields.some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked)) this.changed();
  }

  changed() {
    this.isChanged = true;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.save(), PAUSE);
  }

  save() {
    clearTimeout(this.pause);
    if (this.isChanged && !this.isOnTheWay) this.way = this.send();
  }

  // Once it is known whether what stands here now is saved.
  async settled() {
    await this.way;
    this.save();
    await this.way;
  }

  async send() {
    this.isChanged = false;
    this.isOnTheWay = true;
    let wait = 0;
    try {
      const body = this.typed();
      const answer = await fetch(this.block.dataset.save, {
        method: "POST",
        body,
        redirect: "manual",
        keepalive: document.hidden && body.toString().length < KEPT_ALIVE,
      });
      if (answer.status === 200) this.saved(await answer.json());
      else wait = answer.status === 409 ? this.refused(await answer.json()) : this.failed(SHUT);
    } catch {
      wait = this.failed(CUT, AGAIN);
    }
    this.isOnTheWay = false;
    if (this.isChanged && wait !== null) this.pause = setTimeout(() => this.save(), wait);
  }

  typed() {
    const typed = new URLSearchParams();
    typed.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    for (const field of this.block.querySelectorAll("input, textarea")) {
      const isLeft = ["checkbox", "radio"].includes(field.type) && !field.checked;
      if (field.name && !isLeft) typed.append(field.name, field.value);
    }
    return typed;
  }

  saved({ saved, seen }) {
    this.seen.value = seen;
    this.say(`Saved ${saved}${this.untick() ? ". What you wrote or chose stands, so the tick is taken out." : ""}`, false);
  }

  // An answer stands above a tick that there is none, and the page says so too.
  untick() {
    const ticked = [...this.block.querySelectorAll("input:checked")];
    const none = ticked.filter((field) => field.value.startsWith("no:"));
    const isAnswered = none.length < ticked.length || [...this.block.querySelectorAll("textarea, input[type=text]")].some((field) => field.value.trim());
    if (this.isChanged || !isAnswered) return false;
    none.forEach((field) => { field.checked = false; });
    return none.length > 0;
  }

  // Gives after how long to try again by itself: null for not before something is changed.
  failed(sentence, wait = null) {
    this.isChanged = true;
    this.say(sentence, true);
    return wait;
  }

  // Something else was saved here meanwhile: the person chooses, and the history keeps both.
  refused({ sentences, words, seen }) {
    this.failed(sentences.join(" "));
    if (seen === null) return null;
    const mine = this.block.querySelector("textarea");
    this.offer("Save what stands here now", () => {});
    if (words && mine) this.offer("Put both together", () => { mine.value = `${words}\n\n${mine.value}`; });
    this.said.querySelectorAll("button").forEach((button) => button.addEventListener("click", () => {
      this.seen.value = seen;
      this.save();
    }));
    return null;
  }

  offer(label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary rh-left__button";
    button.textContent = label;
    button.addEventListener("click", act);
    this.said.append(document.createElement("br"), button);
  }

  say(sentence, isLoud) {
    this.said.hidden = false;
    this.said.textContent = sentence;
    this.said.classList.toggle("rh-left--not", isLoud);
    if (isLoud) this.said.setAttribute("role", "alert");
    else this.said.removeAttribute("role");
  }
}

const answers = [...document.querySelectorAll("[data-save]")].map((block) => new Answer(block));
const saveAll = () => answers.forEach((answer) => answer.save());
const settled = () => Promise.all(answers.map((answer) => answer.settled()));
const main = document.querySelector("main");
let isReady = false;
let isSent = false;

document.addEventListener("visibilitychange", () => { if (document.hidden) saveAll(); });
window.addEventListener("online", saveAll);
window.addEventListener("pageshow", () => { isSent = false; });

// The page is left once every answer is saved: a browser without a connection would go to its own
// error page, and take the words along.
main.querySelector("form")?.addEventListener("submit", async (event) => {
  if (isReady) {
    isReady = false;
    isSent = navigator.onLine;
    return;
  }
  event.preventDefault();
  await settled();
  const left = answers.find((answer) => answer.isChanged);
  if (left) {
    left.block.scrollIntoView();
    return;
  }
  isReady = true;
  // Not from within its own event, where a browser passes over a second sending.
  setTimeout(() => event.target.requestSubmit(event.submitter));
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.hash || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await settled();
  location.assign(link.href);
});
window.addEventListener("beforeunload", (event) => {
  if (!isSent && answers.some((answer) => answer.isChanged || answer.isOnTheWay)) event.preventDefault();
});
