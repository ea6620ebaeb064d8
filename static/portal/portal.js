// Comforts on top of pages that work without this file: copy, share, print, times that stay
// true, and a shipment that updates itself while its page is open and in front.
"use strict";
(() => {
  const lang = document.documentElement.lang;
  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
  const live = document.getElementById("announce");

  const say = (words) => {
    if (!live || !words) return;
    live.textContent = "";
    setTimeout(() => { live.textContent = words; }, 60);
  };

  // --- times ------------------------------------------------------------------------------------
  const relative = new Intl.RelativeTimeFormat(lang, { numeric: "always" });
  const ago = (moment) => {
    const gap = (moment - Date.now()) / 1000;
    const size = Math.abs(gap);
    if (size < 60) return null;
    const [unit, seconds] = size < 3600 ? ["minute", 60] : size < 86400 ? ["hour", 3600] : ["day", 86400];
    const words = relative.format(Math.trunc(gap / seconds), unit);
    return lang.startsWith("zh") ? words.replace(/(\d+)\s*/, "$1 ") : words;
  };
  const refreshTimes = () => each("time.ago", (time) => {
    const words = ago(Date.parse(time.dateTime));
    if (words) time.textContent = words;
  });

  // --- the buttons that need a script -------------------------------------------------------------
  const prepare = (root) => {
    each("[data-copy]", (button) => { button.hidden = !navigator.clipboard; }, root);
    each("[data-share]", (button) => { button.hidden = !navigator.share; }, root);
    each("[data-print]", (button) => { button.hidden = false; }, root);
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy], button[data-share], button[data-print]");
    if (!button) return;
    if ("print" in button.dataset) return window.print();
    try {
      if ("share" in button.dataset) return await navigator.share({ url: button.dataset.share });
      await navigator.clipboard.writeText(button.dataset.copy);
      const before = button.textContent;
      button.textContent = button.dataset.done;
      say(button.dataset.done);
      setTimeout(() => { button.textContent = before; }, 2000);
    } catch { /* refused or dismissed: the text beside the button can still be selected */ }
  });

  // Enter sends the form, Shift+Enter begins a new line: as in any one-field search.
  each(".search textarea", (field) => field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  }));

  // --- the shipment updates itself ------------------------------------------------------------------
  const SLOWEST = 300;
  const shipment = document.getElementById("shipment");
  let { live: address, version, every } = shipment ? shipment.dataset : {};
  let wait = Number(every) || 0;
  let timer = 0;

  const swap = (page) => {
    const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("shipment");
    if (!fresh) return;
    const held = document.activeElement && shipment.contains(document.activeElement) && document.activeElement.id;
    shipment.replaceChildren(...fresh.childNodes);
    prepare(shipment);
    if (held) document.getElementById(held)?.focus();
    version = fresh.dataset.version;
    every = fresh.dataset.every;
    const headline = shipment.querySelector("h1");
    if (headline) {
      say(headline.textContent);
      headline.closest(".card").classList.add("fresh");
    }
  };
  const look = async () => {
    try {
      const answer = await fetch(address, {
        cache: "no-store", credentials: "same-origin", headers: { "If-None-Match": `"${version}"` },
      });
      if (answer.status === 200) swap(await answer.text());
      if (answer.status === 200 || answer.status === 304) wait = Number(every) || 0;
      else if (answer.status === 404) wait = 0;
      else wait = Math.min(SLOWEST, Math.max(wait * 2, Number(answer.headers.get("Retry-After")) || 0));
    } catch {
      wait = Math.min(SLOWEST, wait * 2);
    }
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    // Up to a fifth later or sooner, so that many open pages do not ask in step.
    if (wait && !document.hidden) timer = setTimeout(look, wait * 1000 * (0.9 + Math.random() * 0.2));
  };

  prepare(document);
  refreshTimes();
  setInterval(refreshTimes, 30000);
  if (address && wait) {
    each("[data-updates]", (note) => { note.hidden = false; });
    plan();
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return clearTimeout(timer);
      refreshTimes();
      look();
    });
  }
  document.getElementById("errors")?.focus();
})();
