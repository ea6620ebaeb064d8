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
  var lookSoon = staffLater(220, look);

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
  var search = customerSearch(form, {
    row: function (item, company) { item.textContent = company.code + " " + company.name; },
    chosen: function () { look(); keepSoon(); }
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
    if (event.altKey && /^[1-6]$/.test(event.key)) { event.preventDefault(); pick(Number(event.key)); return; }
    if (!writes && /^[1-6]$/.test(event.key) && !event.ctrlKey && !event.metaKey) { event.preventDefault(); pick(Number(event.key)); return; }
    var here = order.indexOf(target.name);
    if (event.key === "Enter" && here >= 0) {
      event.preventDefault();
      if (order[here + 1]) { field(order[here + 1]).focus(); } else { toClass(); }
    }
  });
})();
