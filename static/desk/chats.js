// The chat desk made live: htmx brings the pieces that the server writes, Alpine holds what only this
// page knows. It works without this file by plain forms. Read before Alpine starts, so not deferred.
"use strict";
document.addEventListener("alpine:init", () => {
  // Milliseconds; LONG_WAIT in seconds.
  const EVERY = 2000, RINGING = 15000, SLOWEST = 20000, REST = 60000, LONG_WAIT = 60, MOST_FILES = 4;
  const by = (id) => document.getElementById(id);
  const heads = () => [...document.querySelectorAll(".chat-head")];
  const headOf = (id) => by(`chat-${id}-head`);
  const mark = () => by("chat-mark").dataset;
  const told = (text) => { try { return JSON.parse(text); } catch { return null; } };

  Alpine.data("chatDesk", () => ({
    words: {}, title: document.title, focused: 0, about: "", gone: "", said: "", problem: "",
    unread: 0, rings: 0, wait: EVERY, timer: 0, live: false, fully: false,

    init() {
      this.words = this.$root.dataset;
      this.count();
      setInterval(tick, 1000);
      tick();
      this.listen();
      this.plan();
      this.$nextTick(() => { if (heads().length) { this.go(Number(heads()[0].dataset.chat)); } });
    },

    // --- news -------------------------------------------------------------------------------------
    look(fully) {
      this.fully = this.fully || Boolean(fully);
      htmx.trigger(by("chat-news"), "look");
    },
    plan() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), this.live ? RINGING : this.wait);
    },
    listen() {
      if (!window.EventSource || !this.words.stream) { return; }
      const stream = new EventSource(`${this.words.stream}?ticket=${encodeURIComponent(mark().ticket)}`);
      stream.addEventListener("bell", () => { this.live = true; this.look(); });
      stream.onerror = () => {
        this.live = false;
        this.plan();
        // The ticket was used up, or there is no stream here: ask for a new one and try again later.
        if (stream.readyState === EventSource.CLOSED) {
          setTimeout(() => { this.look(true); setTimeout(() => this.listen(), 3000); }, REST);
        }
      };
    },
    ask({ elt, parameters, headers }) {
      if (elt.name === "text") { parameters.types = elt.value ? "1" : "0"; }
      if (elt.id !== "chat-news") { return; }
      parameters.have = heads().map((head) => `${head.dataset.chat}:${head.dataset.last}`).join(",");
      const head = headOf(this.focused);
      if (head && !document.hidden && head.parentNode.contains(document.activeElement)) {
        parameters.read = `${this.focused}:${head.dataset.last}`;
      }
      if (!this.fully) { headers["If-None-Match"] = `"${mark().mark}"`; }
      this.fully = false;
    },
    answered({ elt, xhr }) {
      if (elt.id === "chat-news") { this.looked(xhr); } else if (elt.matches("form")) { this.acted(elt, xhr); }
    },
    looked(xhr) {
      const lost = xhr.status === 0 || xhr.status >= 500;
      const isNews = xhr.status === 200 && xhr.responseText.includes("chat-mark");
      if (!lost && !isNews && xhr.status !== 304) { location.reload(); return; }
      this.wait = lost ? Math.min(SLOWEST, this.wait * 2) : EVERY;
      this.said = lost ? this.words.lost : this.said;
      if (isNews) { this.arrive(); }
      this.plan();
    },
    arrive() {
      const before = [this.unread, this.rings];
      this.count();
      if (this.rings > before[1] || (document.hidden && this.unread > before[0])) { tone(); }
      this.showContext();
      tick();
      this.$dispatch("chat-news");
    },
    count() {
      this.unread = Number(mark().unread);
      this.rings = document.querySelectorAll('.chat-head[data-state="offered"]').length;
      document.title = this.unread ? `(${this.unread}) ${this.title}` : this.title;
    },

    // --- which chat -------------------------------------------------------------------------------
    go(id) {
      const column = by(`chat-${id}`), field = column && column.querySelector("textarea");
      if (!column) { return; }
      column.scrollIntoView({ block: "nearest", inline: "nearest" });
      (field.offsetParent ? field : column.querySelector(".chat-log")).focus();
    },
    attend(id) {
      if (this.focused === id) { return; }
      this.focused = id;
      this.showContext();
      this.look();
    },
    // What stands beside is asked for again when it is about something else.
    showContext() {
      const head = headOf(this.focused), about = head ? `${this.focused} ${head.dataset.about}` : "";
      if (about === this.about) { return; }
      this.about = about;
      if (head) { htmx.ajax("GET", head.dataset.context, { target: "#chat-context", swap: "innerHTML" }); } else { by("chat-context").replaceChildren(); }
    },
    shortcut(event) {
      if (!event.altKey || event.ctrlKey || event.metaKey) { return; }
      const digit = /^Digit([1-9])$/.exec(event.code), head = headOf(this.focused), column = head && head.parentNode;
      let wanted = null;
      if (digit) { wanted = by("chat-rail").querySelectorAll("[data-focus]")[Number(digit[1]) - 1]; }
      else if (event.code === "KeyN") { wanted = by("chat-rail").querySelector("[data-next]"); }
      else if (column && event.code === "KeyA") { wanted = head.dataset.state === "offered" && column.querySelector(".chat-ring button"); }
      else if (column) { wanted = column.querySelector(`[data-key="${CSS.escape(event.code)}"]`); }
      if (wanted) { event.preventDefault(); wanted.click(); }
    },

    // --- acts -------------------------------------------------------------------------------------
    // Words for this page are no piece of it.
    admit(detail) { if (told(detail.xhr.responseText)) { detail.shouldSwap = false; } },
    acted(form, xhr) {
      const done = xhr.status >= 200 && xhr.status < 300, answer = told(xhr.responseText);
      if (done && !answer) { location.reload(); return; }
      this.problem = done ? "" : (answer && answer.message) || (xhr.status ? this.words.failed : this.words.lost);
      if (done) { this.$refs.dialog.close(); this.said = answer.said || ""; }
      this.look(true);
    },
  }));

  Alpine.data("chatColumn", function (id) {
    return {
      text: this.$persist("").as(`yipiao-chat-${id}`).using(sessionStorage),
      pending: [], answers: [], used: [], chosen: 0, names: "",

      init() { this.arrived(); },
      // A colleague has the chat, or it is recorded: what was being written is not lost.
      destroy() { if (this.text.trim()) { this.gone = this.text; this.text = ""; } },
      lines() { return by(`chat-${id}-lines`); },
      arrived() {
        if (!headOf(id)) { return; }
        this.pending = this.pending.filter((one) => !this.lines().querySelector(`[data-client="${one.id}"]`));
        const read = Number(headOf(id).dataset.read);
        const seen = [...this.lines().querySelectorAll(".is-agent")].filter((line) => Number(line.dataset.line) <= read).pop();
        this.lines().querySelectorAll("[data-seen]").forEach((line) => line.removeAttribute("data-seen"));
        if (seen) { seen.querySelector(".chat-by").dataset.seen = this.words.seen; }
      },

      // --- saying ---------------------------------------------------------------------------------
      say() {
        const form = this.$refs.form, files = [...this.$refs.files.files], text = this.text.trim();
        if (!text && !files.length) { this.$refs.text.focus(); return; }
        const one = { id: newId(), body: new FormData(form), isNote: form.elements.note.checked, failed: "", again: false };
        one.shown = [text, ...files.map((file) => `📎 ${file.name}`)].filter(Boolean).join("\n");
        one.body.set("client_id", one.id);
        this.used.forEach((code) => one.body.append("used", code));
        this.used = [];
        form.reset();
        this.text = this.names = "";
        this.pending.push(one);
        this.$root.querySelector(".chat-log").scrollTop = 0;
        this.send(this.pending[this.pending.length - 1]);
        this.$refs.text.focus();
      },
      async send(one) {
        one.failed = "";
        try {
          const answer = await fetch(this.$refs.form.action, { method: "POST", body: one.body, headers: { Accept: "application/json" } });
          if (answer.ok) { this.look(); return; }
          one.failed = (told(await answer.text()) || {}).message || this.words.failed;
          one.again = answer.status >= 500;
          if (!one.again && !this.text) { this.text = one.body.get("text"); }
        } catch {
          one.failed = this.words.failed;
          one.again = true;
        }
        this.said = one.failed;
      },
      name() { this.names = [...this.$refs.files.files].map((file) => file.name).join(", "); },
      paste(event) {
        const pasted = [...event.clipboardData.files], all = new DataTransfer();
        if (!pasted.length) { return; }
        event.preventDefault();
        [...this.$refs.files.files, ...pasted].slice(0, MOST_FILES).forEach((file) => all.items.add(file));
        this.$refs.files.files = all.files;
        this.name();
      },

      // --- ready-made answers -----------------------------------------------------------------------
      get offered() {
        const sought = this.text.slice(1).trim().toLowerCase();
        return this.text[0] === "/" ? this.answers.filter((one) => `${one.code} ${one.title} ${one.text}`.toLowerCase().includes(sought)) : [];
      },
      async typed(address) {
        this.chosen = 0;
        if (this.text === "/") { this.answers = await fetch(address).then((answer) => answer.json()).then((found) => found.answers).catch(() => []); }
      },
      put(answer) {
        this.text = answer.text;
        this.used = [answer.code];
        this.$refs.text.focus();
      },
      press(event) {
        const move = { ArrowDown: 1, ArrowUp: -1 }[event.key], offered = this.offered;
        if (offered.length && move) {
          this.chosen = Math.max(0, Math.min(offered.length - 1, this.chosen + move));
          this.$nextTick(() => this.$root.querySelector("[aria-selected=true]").scrollIntoView({ block: "nearest" }));
        } else if (offered.length && event.key === "Escape") {
          this.answers = [];
        } else if (offered.length && (event.key === "Enter" || event.key === "Tab")) {
          this.put(offered[this.chosen]);
        } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          this.say();
        } else {
          return;
        }
        event.preventDefault();
      },
    };
  });

  // randomUUID is there on https only.
  function newId() {
    const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
  function tick() {
    document.querySelectorAll("#chat-desk time[data-since]").forEach((time) => {
      const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since)) / 1000)), box = time.closest(".chat-waits");
      time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      if (box) { box.classList.toggle("is-long", seconds >= LONG_WAIT); }
    });
  }
  // Two short notes; a browser that wants a click first stays silent.
  function tone() {
    try {
      const audio = new AudioContext();
      [660, 880].forEach((pitch, n) => {
        const note = audio.createOscillator(), volume = audio.createGain();
        volume.gain.value = 0.05;
        note.frequency.value = pitch;
        note.connect(volume).connect(audio.destination);
        note.start(audio.currentTime + n * 0.18);
        note.stop(audio.currentTime + n * 0.18 + 0.15);
      });
      setTimeout(() => audio.close(), 800);
    } catch { /* no sound here */ }
  }
});
