// Taking a case down with a phone at the ear: what is known appears beside, nothing typed is lost.
// Works without it too: what is known is then shown after the form was sent once.
(function () {
  "use strict";
  var form = document.getElementById("intake");
  if (!form) { return; }
  var token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  var context = document.getElementById("context");
  var state = document.getElementById("draft-state");
  var sending = false, asked = 0;
  var errors = document.getElementById("errors");
  if (!errors) { field("waybill").focus(); }

  function field(name) { return form.elements.namedItem(name); }
  function later(wait, work) {
    var timer = 0;
    return function () { clearTimeout(timer); timer = setTimeout(work, wait); };
  }
  function typed() {
    var data = new FormData(form);
    data.delete("files");
    return data;
  }
  function post(address, data, options) {
    return fetch(address, Object.assign({ method: "POST", body: data, headers: { "X-CSRFToken": token }, credentials: "same-origin" }, options || {}))
      .then(function (answer) { if (!answer.ok) { throw new Error(); } return answer; });
  }

  // --- what is known ---------------------------------------------------------------------------
  function look() {
    var mine = ++asked;
    post(form.dataset.context, typed())
      .then(function (answer) { return answer.text(); })
      .then(function (html) { if (mine === asked) { context.innerHTML = html; } })
      .catch(function () { /* what stands there stays */ });
  }
  var lookSoon = later(220, look);

  context.addEventListener("click", function (event) {
    var button = event.target.closest("button[data-fill]");
    if (!button) { return; }
    field(button.dataset.fill).value = button.dataset.value;
    if (button.dataset.label) { search.value = button.dataset.label; }
    look();
    keepSoon();
  });

  // --- the draft -------------------------------------------------------------------------------
  function keep() {
    if (sending) { return; }
    post(form.dataset.draft, typed(), { keepalive: true })
      .then(staffKept)
      .then(function (answer) {
        state.textContent = answer.kept ? form.dataset.kept.replace("%s", answer.at) : "";
        if (answer.kept) { staffDraftAt(field("draft_key").value); }
      })
      .catch(function (error) { state.textContent = staffLost(error, form.dataset.lost); });
  }
  var keepSoon = staffKeeper(keep, 900);
  form.addEventListener("input", function (event) {
    keepSoon();
    if (/^(waybill|contact_phone|contact_name|contact_email|case_class|description)$/.test(event.target.name)) { lookSoon(); }
  });
  form.addEventListener("submit", function () { sending = true; });
  window.addEventListener("pageshow", function () { sending = false; });

  // --- the customer ----------------------------------------------------------------------------
  var search = document.getElementById("customer-search");
  var list = document.getElementById("customer-results");
  var chosen = document.getElementById("id_customer");
  var found = [], at = -1, sought = 0;
  function close() { list.hidden = true; search.setAttribute("aria-expanded", "false"); at = -1; }
  function mark(index) {
    at = index;
    Array.prototype.forEach.call(list.children, function (item, i) {
      item.setAttribute("aria-selected", String(i === at));
      if (i === at) { search.setAttribute("aria-activedescendant", item.id); }
    });
  }
  function choose(company) {
    chosen.value = company.id;
    search.value = company.code + " " + (company.short_name || company.name);
    close(); look(); keepSoon();
  }
  function show(results) {
    found = results;
    list.replaceChildren();
    results.forEach(function (company, i) {
      var item = document.createElement("li");
      item.id = "company-" + i;
      item.setAttribute("role", "option");
      item.textContent = company.code + " " + company.name;
      item.addEventListener("mousedown", function (event) { event.preventDefault(); choose(company); });
      list.append(item);
    });
    if (!results.length) { var none = document.createElement("li"); none.textContent = form.dataset.none; list.append(none); }
    list.hidden = false;
    search.setAttribute("aria-expanded", "true");
    if (results.length) { mark(0); }
  }
  var seek = later(160, function () {
    var text = search.value.trim(), mine = ++sought;
    if (!text) { close(); return; }
    fetch(form.dataset.lookup + "?q=" + encodeURIComponent(text), { credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (data) { if (mine === sought) { show(data.results); } })
      .catch(close);
  });
  search.addEventListener("input", function () { chosen.value = ""; seek(); });
  search.addEventListener("blur", close);
  search.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); }
    if (list.hidden) { return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (found.length) { mark((at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length); }
    } else if ((event.key === "Enter" || event.key === "Tab") && found[at]) { event.preventDefault(); choose(found[at]); }
    else if (event.key === "Escape") { close(); }
  });

  // --- keys: Enter goes on in speaking order, one digit chooses the class ------------------------
  var order = ["waybill", "contact_phone", "contact_name"];
  var classes = form.querySelectorAll("[name=case_class]");
  function toClass() {
    var on = form.querySelector("[name=case_class]:checked") || classes[0];
    on.focus();
  }
  function pick(digit) {
    if (!classes[digit - 1]) { return; }
    classes[digit - 1].checked = true;
    field("description").focus();
    lookSoon(); keepSoon();
  }
  document.addEventListener("keydown", function (event) {
    var target = event.target, writes = /^(TEXTAREA|SELECT)$/.test(target.tagName) || (target.tagName === "INPUT" && target.type !== "radio" && target.type !== "checkbox");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(form.querySelector("button[type=submit].is-primary")); return; }
    if (event.key === "F2") {
      event.preventDefault();
      var more = form.querySelector(".cs-more");
      more.open = true; search.focus();
      return;
    }
    if (event.altKey && /^[1-4]$/.test(event.key)) { event.preventDefault(); pick(Number(event.key)); return; }
    if (!writes && /^[1-4]$/.test(event.key) && !event.ctrlKey && !event.metaKey) { event.preventDefault(); pick(Number(event.key)); return; }
    var here = order.indexOf(target.name);
    if (event.key === "Enter" && here >= 0) {
      event.preventDefault();
      if (order[here + 1]) { field(order[here + 1]).focus(); } else { toClass(); }
    }
  });
})();
