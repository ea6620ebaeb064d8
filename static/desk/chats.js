// The chat desk made live: news without a reload, several chats by keyboard, nothing lost. The page
// works without this file by plain forms.
(function () {
  "use strict";
  var desk = document.getElementById("chat-desk");
  if (!desk) { return; }
  var rail = document.getElementById("chat-rail"), columns = document.getElementById("chat-columns");
  var aside = document.getElementById("chat-beside"), none = document.getElementById("chat-none");
  var said = document.getElementById("chat-said"), dialog = document.getElementById("chat-dialog");
  var words = desk.dataset, title = document.title;
  var token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  var EVERY = 2000, RINGING = 15000, SLOWEST = 20000, LONG_WAIT = 60, DRAFT = "yipiao-chat-";
  var mark = words.mark, ticket = words.ticket, timer = 0, wait = EVERY, looking = false, again = false;
  var live = false, focused = 0, known = {};

  // --- small things -----------------------------------------------------------------------------
  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function list() { return all(".chat-column", columns); }
  function columnOf(id) { return document.getElementById("chat-" + id); }
  function pieces(html) { return Array.prototype.slice.call(new DOMParser().parseFromString(html, "text/html").body.children); }
  function tell(text) { said.textContent = ""; setTimeout(function () { said.textContent = text; }, 50); }
  function element(name, className, text) {
    var made = document.createElement(name);
    made.className = className;
    made.textContent = text || "";
    return made;
  }
  function post(address, body) {
    return fetch(address, { method: "POST", body: body, credentials: "same-origin", headers: { "X-CSRFToken": token, Accept: "application/json" } });
  }
  function stored(id, text) {
    try {
      if (text === undefined) { return sessionStorage.getItem(DRAFT + id) || ""; }
      if (text) { sessionStorage.setItem(DRAFT + id, text); } else { sessionStorage.removeItem(DRAFT + id); }
    } catch (error) { /* private mode */ }
    return "";
  }
  function tone() {
    // Two short notes; a browser that wants a click first stays silent.
    try {
      var audio = new AudioContext();
      [660, 880].forEach(function (pitch, n) {
        var note = audio.createOscillator(), volume = audio.createGain();
        volume.gain.value = 0.05;
        note.frequency.value = pitch;
        note.connect(volume).connect(audio.destination);
        note.start(audio.currentTime + n * 0.18);
        note.stop(audio.currentTime + n * 0.18 + 0.15);
      });
      setTimeout(function () { audio.close(); }, 800);
    } catch (error) { /* no sound here */ }
  }
  function tick() {
    all("time[data-since]", desk).forEach(function (time) {
      var seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since)) / 1000));
      var minutes = Math.floor(seconds / 60), rest = seconds % 60;
      time.textContent = minutes + ":" + (rest < 10 ? "0" : "") + rest;
      var box = time.closest(".chat-waits");
      if (box) { box.classList.toggle("is-long", seconds >= LONG_WAIT); }
    });
  }

  // --- news -------------------------------------------------------------------------------------
  function atEnd(log) { return log.scrollHeight - log.scrollTop - log.clientHeight < 120; }
  function toEnd(column) { var log = column.querySelector(".chat-log"); log.scrollTop = log.scrollHeight; }
  function showRead(column) {
    var read = Number(column.dataset.read), last = null;
    all(".chat-seen", column).forEach(function (old) { old.remove(); });
    all(".is-agent[data-line]", column).forEach(function (line) { if (Number(line.dataset.line) <= read) { last = line; } });
    if (last) { last.querySelector(".chat-by").append(element("span", "chat-seen", " · " + words.seen)); }
  }
  function addLines(column, html) {
    var lines = column.querySelector(".chat-lines"), near = atEnd(column.querySelector(".chat-log")), news = 0;
    pieces("<ol>" + html + "</ol>").forEach(function (ol) {
      Array.prototype.slice.call(ol.children).forEach(function (line) {
        if (lines.querySelector('[data-line="' + line.dataset.line + '"]')) { return; }
        var client = line.dataset.client;
        var waiting = client && lines.querySelector('[data-waits="' + client + '"]');
        if (waiting) { waiting.replaceWith(line); } else { lines.append(line); }
        if (line.classList.contains("is-visitor")) { news += 1; tell(line.querySelector(".chat-said") ? line.querySelector(".chat-said").textContent : ""); }
      });
    });
    if (near) { toEnd(column); }
    return news;
  }
  function takeColumn(told) {
    var column = columnOf(told.id), fresh = !column;
    if (fresh) {
      column = pieces(told.whole || "")[0];
      if (!column) { return 0; }
      columns.insertBefore(column, none);
      prepare(column);
    } else {
      column.querySelector(".chat-head").innerHTML = told.head;
    }
    column.dataset.last = Math.max(Number(column.dataset.last), told.last);
    var turned = column.dataset.state !== told.state;
    column.dataset.state = told.state;
    column.dataset.read = told.read;
    var news = fresh ? 0 : addLines(column, told.lines);
    column.querySelector(".chat-typing").textContent = told.types ? words.types : "";
    showRead(column);
    if ((fresh && told.state === "offered") || (turned && told.state === "offered")) { tone(); }
    return news;
  }
  function drop(column) {
    var text = column.querySelector("textarea").value.trim();
    if (text) { all(".chat-gone-note", desk).forEach(function (n) { n.remove(); }); var note = element("p", "house-note chat-gone-note", words.gone + " " + text); desk.before(note); }
    stored(column.dataset.chat, "");
    if (Number(column.dataset.chat) === focused) { focused = 0; aside.replaceChildren(); }
    column.remove();
  }
  function take(news) {
    var ids = {}, unread = 0;
    ticket = news.ticket;
    news.columns.forEach(function (told) { ids[told.id] = true; unread += takeColumn(told); });
    list().forEach(function (column) { if (!ids[column.dataset.chat]) { drop(column); } });
    rail.innerHTML = news.rail;
    none.hidden = list().length > 0;
    document.title = news.unread ? "(" + news.unread + ") " + title : title;
    if (unread && document.hidden) { tone(); }
    mark = news.mark;
    markFocused();
    var beside = columnOf(focused);
    if (beside && known[focused] !== besideKey(beside)) { showBeside(focused); }
    tick();
  }
  function look(fully) {
    if (looking) { again = true; return; }
    looking = true;
    var have = list().map(function (c) { return c.dataset.chat + ":" + c.dataset.last; }).join(",");
    var column = document.hidden ? null : columnOf(focused);
    var read = column && column.contains(document.activeElement) ? "&read=" + focused + ":" + column.dataset.last : "";
    fetch(words.news + "?have=" + have + read, {
      cache: "no-store", credentials: "same-origin", headers: fully ? {} : { "If-None-Match": '"' + mark + '"' },
    }).then(function (answer) {
      if (answer.redirected || answer.status === 403) { location.reload(); return; }
      if (answer.status === 304) { wait = EVERY; return; }
      if (!answer.ok) { throw new Error(String(answer.status)); }
      wait = EVERY;
      return answer.json().then(take);
    }).catch(function () {
      wait = Math.min(SLOWEST, wait * 2);
      tell(words.lost);
    }).then(function () {
      looking = false;
      if (again) { again = false; look(); } else { plan(); }
    });
  }
  function plan() {
    clearTimeout(timer);
    timer = setTimeout(look, live ? RINGING : wait);
  }
  function listen() {
    if (!window.EventSource || !words.stream) { return; }
    var stream = new EventSource(words.stream + "?ticket=" + encodeURIComponent(ticket));
    stream.addEventListener("bell", function () { live = true; look(); });
    stream.onerror = function () {
      live = false;
      plan();
      if (stream.readyState !== EventSource.CLOSED) { return; }
      // The ticket was used up, or there is no stream here: ask for a new one and try again later.
      setTimeout(function () { look(true); setTimeout(listen, 3000); }, 60000);
    };
  }

  // --- what stands beside ---------------------------------------------------------------------------
  function besideKey(column) { return column.querySelector(".chat-head").textContent.replace(/\d+:\d\d/g, "") + column.dataset.state; }
  function showBeside(id) {
    var column = columnOf(id);
    if (!column) { return; }
    known[id] = besideKey(column);
    fetch(column.dataset.at + "/beside", { credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (html) {
      if (id !== focused) { return; }
      aside.replaceChildren.apply(aside, pieces(html));
    }).catch(function () { known[id] = ""; });
  }
  function markFocused() {
    all("[data-focus]", rail).forEach(function (link) { link.classList.toggle("is-focused", Number(link.dataset.focus) === focused); });
  }
  function focus(id) {
    var column = columnOf(id);
    if (!column) { return; }
    var field = column.querySelector("textarea");
    column.scrollIntoView({ block: "nearest", inline: "nearest" });
    (field.offsetParent ? field : column.querySelector(".chat-log")).focus();
  }

  // --- saying ---------------------------------------------------------------------------------------
  function newId() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.prototype.map.call(bytes, function (b) { return (b < 16 ? "0" : "") + b.toString(16); }).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
  function send(column, body, id, shown, isNote) {
    var lines = column.querySelector(".chat-lines");
    var line = element("li", "chat-line is-pending " + (isNote ? "is-note" : "is-agent"));
    line.dataset.waits = id;
    var by = element("p", "chat-by", words.sending);
    line.append(by, element("p", "chat-said", shown));
    lines.append(line);
    toEnd(column);
    function fail(message, mayRetry) {
      line.className = "chat-line is-failed is-agent";
      by.textContent = message || words.failed;
      tell(by.textContent);
      if (!mayRetry) { return; }
      var retry = element("button", "house-button", "↻");
      retry.type = "button";
      retry.addEventListener("click", function () { line.remove(); send(column, body, id, shown, isNote); });
      line.append(retry);
    }
    post(column.dataset.at + "/say", body).then(function (answer) {
      if (answer.ok) { look(); return; }
      return answer.json().catch(function () { return {}; }).then(function (problem) {
        fail(problem.message, answer.status >= 500);
        var field = column.querySelector("textarea");
        if (answer.status < 500 && !field.value) { field.value = body.get("text"); }
      });
    }).catch(function () { fail("", true); });
  }
  function prepare(column) {
    var id = column.dataset.chat, form = column.querySelector(".chat-say"), field = form.querySelector("textarea");
    var files = form.querySelector("[type=file]"), chosen = form.querySelector(".chat-chosen"), typed = 0;
    toEnd(column);
    if (!field.value) { field.value = stored(id); }
    showRead(column);
    function names() { chosen.textContent = Array.prototype.map.call(files.files, function (f) { return f.name; }).join(", "); }
    files.addEventListener("change", names);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (!field.value.trim() && !files.files.length) { field.focus(); return; }
      var mark = newId(), body = new FormData(form), isNote = form.elements.note.checked;
      body.set("client_id", mark);
      var shown = [field.value.trim()].concat(Array.prototype.map.call(files.files, function (f) { return "📎 " + f.name; })).filter(Boolean).join("\n");
      field.value = "";
      files.value = "";
      form.elements.note.checked = false;
      names();
      stored(id, "");
      typed = 0;
      send(column, body, mark, shown, isNote);
      field.focus();
    });
    field.addEventListener("input", function () {
      stored(id, field.value);
      if (field.value === "/") { canned(column, field); return; }
      filter(column, field);
      if (Date.now() - typed < 3000 || form.elements.note.checked) { return; }
      typed = Date.now();
      post(column.dataset.at + "/typing", new URLSearchParams({ types: field.value ? "1" : "0" })).catch(function () {});
    });
    field.addEventListener("keydown", function (event) {
      if (choose(column, field, event)) { return; }
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
    });
    field.addEventListener("paste", function (event) {
      var pasted = Array.prototype.slice.call(event.clipboardData.files);
      if (!pasted.length) { return; }
      event.preventDefault();
      var everything = new DataTransfer();
      Array.prototype.slice.call(files.files).concat(pasted).slice(0, 4).forEach(function (f) { everything.items.add(f); });
      files.files = everything.files;
      names();
    });
  }

  // --- ready-made answers ---------------------------------------------------------------------------
  function canned(column, field) {
    var box = column.querySelector(".chat-canned");
    fetch(column.dataset.at + "/answers", { credentials: "same-origin" }).then(function (a) { return a.json(); }).then(function (told) {
      box.replaceChildren();
      told.answers.forEach(function (answer) {
        var item = element("li", "", "/" + answer.code + " " + answer.title);
        item.setAttribute("role", "option");
        item.dataset.find = (answer.code + " " + answer.title + " " + answer.text).toLowerCase();
        item.dataset.text = answer.text;
        item.append(element("small", "", answer.text));
        item.addEventListener("mousedown", function (event) { event.preventDefault(); put(box, field, item); });
        box.append(item);
      });
      box.hidden = !told.answers.length;
      filter(column, field);
    }).catch(function () { box.hidden = true; });
  }
  function shownItems(box) { return all("li", box).filter(function (item) { return !item.hidden; }); }
  function pick(box, at) {
    var items = shownItems(box);
    items.forEach(function (item, i) { item.setAttribute("aria-selected", String(i === at)); if (i === at) { item.scrollIntoView({ block: "nearest" }); } });
  }
  function filter(column, field) {
    var box = column.querySelector(".chat-canned");
    if (box.hidden) { return; }
    if (field.value.charAt(0) !== "/") { box.hidden = true; return; }
    var sought = field.value.slice(1).trim().toLowerCase();
    all("li", box).forEach(function (item) { item.hidden = item.dataset.find.indexOf(sought) < 0; });
    pick(box, 0);
  }
  function put(box, field, item) {
    field.value = item.dataset.text;
    box.hidden = true;
    field.focus();
    field.dispatchEvent(new Event("input"));
  }
  function choose(column, field, event) {
    var box = column.querySelector(".chat-canned");
    if (box.hidden) { return false; }
    var items = shownItems(box), at = items.findIndex(function (i) { return i.getAttribute("aria-selected") === "true"; });
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      pick(box, Math.max(0, Math.min(items.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))));
      return true;
    }
    if (event.key === "Escape") { box.hidden = true; return true; }
    if ((event.key === "Enter" || event.key === "Tab") && items[at]) { event.preventDefault(); put(box, field, items[at]); return true; }
    return false;
  }

  // --- dialogues and acts -----------------------------------------------------------------------------
  function open(link) {
    var address = link.getAttribute("href");
    address += (address.indexOf("?") < 0 ? "?" : "&") + "part=1";
    fetch(address, { credentials: "same-origin" }).then(function (a) { return a.ok ? a.text() : ""; }).then(function (html) {
      dialog.replaceChildren.apply(dialog, pieces(html));
      var cancel = element("button", "house-button", words.close);
      cancel.type = "button";
      cancel.addEventListener("click", function () { dialog.close(); });
      dialog.append(cancel);
      dialog.showModal();
    });
  }
  function act(form, button) {
    var body = new FormData(form);
    if (button && button.name) { body.set(button.name, button.value); }
    post(form.action, body).then(function (answer) {
      return answer.json().catch(function () { return {}; }).then(function (told) {
        if (answer.ok) {
          if (dialog.open) { dialog.close(); }
          if (told.said) { tell(told.said); }
          look(true);
          return;
        }
        var place = form.querySelector(".chat-problem") || form.appendChild(element("p", "chat-problem"));
        place.setAttribute("role", "alert");
        place.textContent = told.message || words.failed;
        look(true);
      });
    }).catch(function () { tell(words.lost); });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.classList.contains("chat-say") || !(desk.contains(form) || dialog.contains(form)) || event.defaultPrevented) { return; }
    event.preventDefault();
    act(form, event.submitter);
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-dialog], [data-focus]");
    if (!link || !desk.contains(link)) { return; }
    event.preventDefault();
    if ("focus" in link.dataset) { focus(Number(link.dataset.focus)); } else { open(link); }
  });
  document.addEventListener("keydown", function (event) {
    if (!event.altKey || event.ctrlKey || event.metaKey) { return; }
    var digit = /^Digit([1-9])$/.exec(event.code), column = columnOf(focused), link;
    if (digit) { var there = list()[Number(digit[1]) - 1]; if (there) { event.preventDefault(); focus(Number(there.dataset.chat)); } return; }
    if (event.code === "KeyN") { var next = rail.querySelector("[data-next]"); if (next) { event.preventDefault(); next.click(); } return; }
    if (!column) { return; }
    if (event.code === "KeyA" && column.dataset.state === "offered") { event.preventDefault(); column.querySelector(".chat-ring button").click(); return; }
    link = column.querySelector('[data-key="' + event.code.replace("Key", "").toLowerCase() + '"]');
    if (link) { event.preventDefault(); open(link); }
  });
  columns.addEventListener("focusin", function (event) {
    var column = event.target.closest(".chat-column");
    if (!column || Number(column.dataset.chat) === focused) { return; }
    focused = Number(column.dataset.chat);
    markFocused();
    showBeside(focused);
    look();
  });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { look(); } });

  list().forEach(prepare);
  tick();
  setInterval(tick, 1000);
  if (list().length) { focus(Number(list()[0].dataset.chat)); }
  listen();
  plan();
})();
