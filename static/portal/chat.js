// The chat made live: looks for news (told when by a stream where there is one), sends without a
// reload, shows what is on its way, keeps what was not sent. The page works without this file.
"use strict";
(() => {
  const chat = document.getElementById("chat");
  const form = document.getElementById("chat-form");
  if (!chat || !form) return;
  const by = (id) => document.getElementById(id);
  const log = by("chat-log"), lines = by("chat-lines"), status = by("chat-status"), typing = by("chat-typing");
  const text = by("chat-text"), files = by("chat-files"), chosen = by("chat-chosen");
  const words = chat.dataset, title = document.title;
  const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const DRAFT = "yipiao-chat-draft";
  const STREAM_REST = 20, SLOWEST = 30;
  let last = words.last, version = words.version, every = Number(words.every), state = words.state;
  let wait = every, timer = 0, looking = false, again = false, ringing = false, unseen = 0;

  document.querySelectorAll("[data-without-script]").forEach((part) => { part.hidden = true; });
  const toEnd = () => { log.scrollTop = log.scrollHeight; };
  const post = (address, body) => fetch(address, {
    method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": csrf, Accept: "application/json" },
  });

  // --- news -------------------------------------------------------------------------------------
  const take = (page) => {
    const news = new DOMParser().parseFromString(page, "text/html").getElementById("chat-news");
    if (!news) return;
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
    let said = 0;
    news.querySelectorAll("[data-line]").forEach((line) => {
      if (document.getElementById(line.id)) return;
      const client = line.dataset.client;
      const waiting = client && lines.querySelector(`[data-waits="${CSS.escape(client)}"]`);
      if (waiting) waiting.replaceWith(line);
      else lines.append(line);
      if (!line.classList.contains("mine")) said += 1;
    });
    last = news.dataset.last;
    version = news.dataset.version;
    every = Number(news.dataset.every);
    const sentence = news.querySelector("#chat-status").textContent;
    if (status.textContent !== sentence) status.textContent = sentence;
    typing.textContent = news.querySelector("#chat-typing").textContent;
    by("chat-later").hidden = news.dataset.state === "talking";
    if ("alone" in news.dataset) by("chat-later").open = true;
    if (near) toEnd();
    if (said && document.hidden) {
      unseen += said;
      document.title = `(${unseen}) ${words.new} · ${title}`;
    }
    if (news.dataset.state !== state) {
      state = news.dataset.state;
      if (every === 0) leave();
    }
  };
  const leave = () => {
    // Over: the page says what comes next. What is not sent yet comes along.
    keep();
    location.assign("/chat");
  };
  const look = async () => {
    if (looking) { again = true; return; }
    looking = true;
    try {
      const read = document.hidden ? "" : `&read=${last}`;
      const answer = await fetch(`/chat/news?after=${last}${read}&lang=${words.lang}`, {
        cache: "no-store", credentials: "same-origin", headers: { "If-None-Match": `"${version}"` },
      });
      if (answer.status === 200) take(await answer.text());
      if (answer.status === 404) return leave();
      wait = answer.ok || answer.status === 304 ? every : Math.min(SLOWEST, Math.max(2, wait * 2));
    } catch {
      wait = Math.min(SLOWEST, Math.max(2, wait * 2));
    }
    looking = false;
    if (again) { again = false; return look(); }
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    if (!every) return;
    const pause = ringing ? STREAM_REST : document.hidden ? Math.max(wait, 10) : wait;
    timer = setTimeout(look, pause * 1000 * (0.9 + Math.random() * 0.2));
  };
  const listen = () => {
    if (!window.EventSource || !words.stream) return;
    const stream = new EventSource(words.stream);
    stream.addEventListener("bell", (event) => {
      ringing = true;
      const bell = JSON.parse(event.data);
      typing.textContent = bell.typing ? words.types : "";
      const [seen, , place] = version.split("-");
      if (String(bell.version) !== seen || String(bell.place) !== place) look();
    });
    stream.onerror = () => {
      const was = ringing;
      ringing = false;
      if (was) plan();
      // No stream at this address, or none any more: looking goes on, and it is tried again later.
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 60000);
    };
  };

  // --- sending ----------------------------------------------------------------------------------
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const element = (name, className, content) => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = content || "";
    return made;
  };
  const send = async (body, id, shown) => {
    const line = element("li", "line mine pending");
    line.dataset.waits = id;
    const who = element("p", "who", words.sending);
    line.append(who, element("p", "said", shown));
    lines.append(line);
    toEnd();
    const fail = (message, mayRetry) => {
      line.className = "line mine failed";
      who.textContent = message || words.failed;
      if (!mayRetry) return;
      const retry = element("button", "button plain", words.retry);
      retry.type = "button";
      retry.addEventListener("click", () => { line.remove(); send(body, id, shown); });
      line.append(retry);
    };
    try {
      const answer = await post("/chat/say", body);
      if (answer.ok) return look();
      const problem = await answer.json().catch(() => ({}));
      if (problem.code === "chat_over") { restore(body); line.remove(); return leave(); }
      // What was refused once is refused again; what failed on the way may be sent again.
      if (answer.status >= 500 || answer.status === 429) return fail(problem.message, true);
      fail(problem.message, false);
      restore(body);
    } catch {
      fail("", true);
    }
  };
  const restore = (body) => { if (!text.value) text.value = body.get("text"); keep(); };
  const keep = () => { try { sessionStorage.setItem(DRAFT, text.value); } catch { /* private mode */ } };
  const chosenNames = () => { chosen.textContent = Array.from(files.files, (file) => file.name).join(", "); };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!text.value.trim() && !files.files.length) return text.focus();
    const id = newId();
    const body = new FormData(form);
    body.set("client_id", id);
    const names = Array.from(files.files, (file) => `📎 ${file.name}`);
    const shown = [text.value.trim(), ...names].filter(Boolean).join("\n");
    text.value = "";
    files.value = "";
    chosenNames();
    keep();
    typed = 0;
    send(body, id, shown);
    text.focus();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  let typed = 0;
  text.addEventListener("input", () => {
    keep();
    if (Date.now() - typed < 3000 || state !== "talking") return;
    typed = Date.now();
    post("/chat/typing", new URLSearchParams({ types: text.value ? "1" : "0" })).catch(() => {});
  });
  text.addEventListener("paste", (event) => {
    const pasted = Array.from(event.clipboardData.files);
    if (!pasted.length) return;
    event.preventDefault();
    const all = new DataTransfer();
    [...files.files, ...pasted].slice(0, 4).forEach((file) => all.items.add(file));
    files.files = all.files;
    chosenNames();
  });
  files.addEventListener("change", chosenNames);

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return plan();
    unseen = 0;
    document.title = title;
    look();
  });
  try { if (!text.value) text.value = sessionStorage.getItem(DRAFT) || ""; } catch { /* private mode */ }
  toEnd();
  listen();
  look();
  by("errors")?.focus();
})();
