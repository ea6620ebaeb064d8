// The order form with a phone at the ear: look-up, goods check, nothing lost. Works without it too,
// except that the company is then chosen by what was typed into a draft before.
(function () {
  "use strict";
  var form = document.getElementById("order-entry");
  if (!form) { return; }
  var token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  function field(name) { return form.elements.namedItem(name); }
  function line(text, className) {
    var p = document.createElement("p");
    p.textContent = text;
    if (className) { p.className = className; }
    return p;
  }

  // --- the company -----------------------------------------------------------------------------
  var panel = document.getElementById("customer-panel");
  var search = customerSearch(form, {
    row: function (item, company) {
      [company.code, company.name, company.masked_phone].forEach(function (text) {
        var span = document.createElement("span");
        span.textContent = text || "";
        item.append(span);
      });
      if (company.blockers.length) { item.append(line("⚠ " + company.blockers.length)); }
    },
    chosen: choose
  });
  function choose(company) {
    panel.replaceChildren();
    if (company.notes) { panel.append(line(company.notes)); }
    company.blockers.forEach(function (blocker) { panel.append(line("⚠ " + blocker.message, "is-blocking")); });
    panel.hidden = !panel.childElementCount;
    fetch(form.dataset.fill.replace("/0/", "/" + company.id + "/"), {
      method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin"
    }).then(function (answer) { return answer.ok ? answer.json() : null; }).then(function (data) {
      if (data) { fill(data); }
      keep();
    }).catch(function () { /* the fields stay to be typed */ });
    field("channel").focus();
  }
  function put(name, value) {
    var input = field(name);
    if (input && value && (!input.value || input.dataset.filled === "1")) { input.value = value; input.dataset.filled = "1"; }
  }
  function fill(data) {
    put("pickup_company", data.company);
    put("pickup_contact", data.contact_name);
    put("pickup_phone", data.phone);
    put("origin_city", data.city);
    put("pickup_address", data.address);
    var method = field("settlement_method");
    if (method && data.settlement_method && method.dataset.touched !== "1") { method.value = data.settlement_method; }
  }

  // --- prohibited goods, while typing --------------------------------------------------------------
  var warning = document.getElementById("goods-warning");
  var look = staffLater(250, function () {
    var name = field("goods_name").value.trim();
    if (!name) { warning.hidden = true; return; }
    var query = "?q=" + encodeURIComponent(name) + "&mode=" + encodeURIComponent(field("transport_mode").value);
    fetch(form.dataset.goods + query, { credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (data) {
        warning.replaceChildren();
        data.findings.forEach(function (finding) {
          warning.append(line((finding.blocks ? "✕ " : "⚠ ") + finding.message, finding.blocks ? "is-blocking" : ""));
        });
        warning.hidden = !data.findings.length;
      }).catch(function () { /* confirmation checks again */ });
  });
  field("goods_name").addEventListener("input", look);
  field("transport_mode").addEventListener("change", look);
  if (field("goods_name").value) { look(); }

  // --- what it would cost, while typing --------------------------------------------------------------
  var priced = ["job_type", "service_level", "vehicle_type", "distance_km", "origin_city", "destination_city", "pieces", "weight_kg", "volume_m3", "declared_value", "insured_amount", "settlement_method", "cod_amount", "return_document_required"];
  var price = document.getElementById("price-shown"), lastAsked = "";
  var askPrice = staffLater(400, function () {
    if (!price) { return; }
    var query = new URLSearchParams({ customer: search ? field("customer").value : form.dataset.customer });
    priced.forEach(function (name) {
      var one = field(name);
      if (!one.disabled && (one.type !== "checkbox" || one.checked)) { query.set(name, one.value); }
    });
    if (String(query) === lastAsked) { return; }
    lastAsked = String(query);
    fetch(form.dataset.price + "?" + query, { credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (data) { if (String(query) === lastAsked) { price.textContent = data.text; price.hidden = !data.text; } })
      .catch(function () { price.hidden = true; /* the order's page has it too */ });
  });
  form.addEventListener("input", askPrice);
  form.addEventListener("change", askPrice);
  askPrice();

  field("settlement_method").addEventListener("change", function () { this.dataset.touched = "1"; cod(); });
  function cod() {
    field("cod_amount").disabled = field("settlement_method").value !== "cod";
  }
  cod();

  // --- the draft ---------------------------------------------------------------------------------
  var state = document.getElementById("draft-state"), sending = false;
  function keep() {
    if (!form.dataset.draft || sending) { return; }
    var data = new FormData(form);
    data.delete("original_file");
    fetch(form.dataset.draft, { method: "POST", body: data, headers: { "X-CSRFToken": token }, credentials: "same-origin", keepalive: true })
      .then(staffKept)
      .then(function (answer) { state.textContent = form.dataset.kept.replace("%s", answer.at); staffDraftAt(field("draft_key").value); })
      .catch(function (error) { state.textContent = staffLost(error, form.dataset.lost); });
  }
  var keepSoon = staffKeeper(keep, 900);
  form.addEventListener("input", function (event) { delete event.target.dataset.filled; keepSoon(); });

  // --- keys --------------------------------------------------------------------------------------
  document.addEventListener("keydown", function (event) {
    if (event.key === "F9" && search) { event.preventDefault(); search.focus(); search.select(); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", function () { sending = true; });
})();
