// The page of one case: a key for every act, who else is here, nothing typed is lost.
// Works without it too: a panel leads to its form by a link and everything is a form.
(function () {
  "use strict";
  var page = document.getElementById("case");
  if (!page) { return; }
  var token = page.querySelector("[name=csrfmiddlewaretoken]").value;
  var acts = document.getElementById("acts");
  var state = document.getElementById("draft-state");
  var keys = document.getElementById("keys");
  var sending = false, writingUntil = 0;

  function post(address, data, options) {
    return fetch(address, Object.assign({ method: "POST", body: data, headers: { "X-CSRFToken": token }, credentials: "same-origin" }, options || {}));
  }

  // --- panels and keys ---------------------------------------------------------------------------
  function panels() { return Array.prototype.slice.call(acts.querySelectorAll("details.cs-act")); }
  // The form of a closed panel is asked for when it is opened, and what was typed in it put back.
  function load(panel) {
    if (!panel.dataset.form) { return Promise.resolve(); }
    panel.loading = panel.loading || fetch(panel.dataset.form + "?seen=" + page.dataset.seen, { credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok || answer.redirected) { throw new Error(); } return answer.text(); })
      .then(function (form) {
        panel.querySelector("summary ~ p").outerHTML = form;
        staffFiles(panel);
        delete panel.dataset.form;
        putBack(panel);
      })
      .catch(function () { location.assign(panel.dataset.form); });
    return panel.loading;
  }
  // After a new sign-in: the form that was sent before it, to be filled again.
  window.staffForm = function (path) {
    var panel = panels().find(function (one) { return one.dataset.form === path; });
    return panel ? load(panel) : Promise.resolve();
  };
  acts.addEventListener("toggle", function (event) {
    if (event.target.open && event.target.matches("details.cs-act")) { load(event.target); }
  }, true);
  function open(panel) {
    panels().forEach(function (other) { if (other !== panel) { other.open = false; } });
    var group = panel.closest("details.cs-group");
    acts.querySelectorAll("details.cs-group").forEach(function (other) { other.open = other === group; });
    panel.open = true;
    panel.querySelector("summary").focus();
    load(panel).then(function () { focusIn(panel); });
  }
  function focusIn(panel) {
    if (!panel.open) { return; }
    var first = panel.querySelector("textarea, select, input:not([type=hidden])") || panel.querySelector("button");
    var text = panel.querySelector("textarea");
    (text || first).focus();
    panel.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", function (event) {
    var target = event.target;
    var writes = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.form) { event.preventDefault(); target.form.requestSubmit(); return; }
    if (event.key === "Escape" && target.closest && target.closest("details.cs-act[open], details.cs-group[open]")) {
      var opened = target.closest("details.cs-act[open], details.cs-group[open]");
      opened.open = false; opened.querySelector("summary").focus();
      return;
    }
    if (writes || event.ctrlKey || event.metaKey || event.altKey || keys.open) {
      if (writes && target.type === "radio" && /^[1-5]$/.test(event.key)) { choose(target, event); }
      return;
    }
    // Whoever types on before the form is there means the form.
    if (target.closest && target.closest("details.cs-act[open][data-form]") && event.key.length === 1) { return; }
    if (event.key === "?") { event.preventDefault(); keys.showModal(); return; }
    var found = acts.querySelector("[data-key=\"" + CSS.escape(event.key) + "\"]");
    if (!found) { return; }
    event.preventDefault();
    if (found.tagName === "DETAILS") { open(found); } else { found.click(); }
  });
  function choose(radio, event) {
    var all = radio.form.querySelectorAll("[name=\"" + CSS.escape(radio.name) + "\"]");
    var one = all[Number(event.key) - 1];
    if (one) { event.preventDefault(); one.checked = true; one.focus(); keepSoon(); }
  }
  document.getElementById("show-keys").addEventListener("click", function () { keys.showModal(); });

  // --- ready-made answers and how they will be read ----------------------------------------------
  function preview(text) {
    var name = text.name;
    acts.querySelectorAll("[data-preview=\"" + CSS.escape(name) + "\"]").forEach(function (shown) {
      shown.textContent = text.value.split("{contact}").join(shown.dataset.contact || "…");
    });
  }
  acts.addEventListener("change", function (event) {
    var into = event.target.dataset.ready;
    if (!into || !event.target.value) { return; }
    put(into, event.target.value, event.target.selectedOptions[0].dataset.code);
  });
  // The page remembers which articles a reply was made of.
  function put(into, words, code) {
    var text = acts.querySelector("[name=\"" + CSS.escape(into) + "\"]");
    text.value = text.value.trim() ? text.value.trimEnd() + "\n\n" + words : words;
    var used = text.form.querySelector("[name$=\"-used\"]");
    if (used && code) { used.value = (used.value + " " + code).trim(); }
    text.focus();
    toGap(text);
    preview(text); keepSoon();
  }
  // From what the knowledge base suggests (known.js).
  acts.addEventListener("known-put", function (event) {
    var panel = document.getElementById("act-reply");
    if (!panel) { return; }
    open(panel);
    load(panel).then(function () { put("reply-text", event.detail.text, event.detail.code); });
  });
  // What an answer has no value for is chosen, so that the next thing typed takes its place.
  function toGap(text) {
    var gap = /\{(?!contact\})[a-z_]+\}/.exec(text.value);
    if (gap) { text.setSelectionRange(gap.index, gap.index + gap[0].length); }
  }

  // --- what is typed is kept -----------------------------------------------------------------------
  // Names begin with that of their panel. What is in ``typed`` is not in a form yet.
  var typed = JSON.parse(document.getElementById("typed").textContent || "{}");
  function putBack(panel) {
    panel.querySelectorAll("textarea, input[type=text]").forEach(function (input) {
      if (typed[input.name] && (!input.value || input.value === input.defaultValue)) { input.value = typed[input.name]; }
      delete typed[input.name];
      preview(input);
    });
  }
  panels().forEach(function (panel) {
    var prefix = panel.id.replace("act-", "") + "-";
    if (Object.keys(typed).some(function (name) { return name.indexOf(prefix) === 0; })) {
      panel.classList.add("has-draft");
      if (panel.closest(".cs-group")) { panel.closest(".cs-group").classList.add("has-draft"); }
    }
    if (!panel.dataset.form) { putBack(panel); }
  });
  function keep() {
    if (sending || !page.dataset.keep) { return; }
    var data = new FormData();
    Object.keys(typed).forEach(function (name) { data.append(name, typed[name]); });
    acts.querySelectorAll("textarea, input[type=text]").forEach(function (input) {
      if (input.value && input.value !== input.defaultValue) { data.append(input.name, input.value); }
    });
    post(page.dataset.keep, data, { keepalive: true })
      .then(staffKept)
      .then(function (answer) { state.textContent = answer.kept ? page.dataset.kept.replace("%s", answer.at) : ""; })
      .catch(function (error) { state.textContent = staffLost(error, page.dataset.lost); });
  }
  var keepSoon = staffKeeper(keep, 900);
  acts.addEventListener("input", function (event) {
    if (event.target.tagName === "TEXTAREA") { preview(event.target); }
    var was = writingUntil < Date.now();
    writingUntil = Date.now() + 15000;
    if (was) { here(); }
    keepSoon();
  });
  acts.addEventListener("submit", function () { sending = true; });

  // --- who else is here ------------------------------------------------------------------------------
  var presence = document.getElementById("presence"), timer = 0;
  function note(sign, words, more) {
    var p = document.createElement("p");
    p.className = "cs-note";
    p.textContent = sign + " " + words;
    if (more) { p.append(" ", more); }
    presence.append(p);
  }
  function show(answer) {
    presence.replaceChildren();
    (answer.readers || []).forEach(function (reader) {
      note(reader.writing ? "✎" : "👁", (reader.writing ? page.dataset.writing : page.dataset.reading).replace("%s", reader.name));
    });
    var changed = answer.version && String(answer.version) !== page.dataset.version;
    if (changed || (answer.news || []).length) {
      var link = document.createElement("a");
      link.href = location.pathname; link.textContent = page.dataset.reload;
      var words = (answer.news || []).map(function (one) { return one.who + " · " + one.what + (one.text ? ": " + one.text : ""); });
      note("●", (words.length ? page.dataset.news + " — " + words.join(" | ") : page.dataset.changed), link);
    }
  }
  function here() {
    clearTimeout(timer);
    var data = new FormData();
    data.append("seen", page.dataset.seen);
    if (writingUntil > Date.now()) { data.append("writing", "1"); }
    post(page.dataset.here, data)
      .then(function (answer) { if (!answer.ok) { throw new Error(); } return answer.json(); })
      .then(show).catch(function () { /* asked again soon */ })
      .then(function () { timer = setTimeout(here, document.hidden ? 30000 : 10000); });
  }
  here();
  window.addEventListener("pagehide", function () {
    var data = new FormData();
    data.append("gone", "1");
    post(page.dataset.here, data, { keepalive: true }).catch(function () {});
  });
})();
