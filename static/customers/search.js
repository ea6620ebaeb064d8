// Choosing a customer while one types, with #customer-search, its list of results and the hidden choice.
// `options.row(item, company)` writes a line of the list, `options.chosen(company)` goes on from
// there. Gives the field, null on a page without one.
window.customerSearch = function (form, options) {
  "use strict";
  var search = document.getElementById("customer-search");
  var list = document.getElementById("customer-results");
  var choice = document.getElementById("id_customer");
  var found = [], at = -1, asked = 0;
  if (!search) { return null; }

  function close() { list.hidden = true; search.setAttribute("aria-expanded", "false"); at = -1; }
  function mark(index) {
    at = index;
    Array.prototype.forEach.call(list.children, function (item, i) {
      item.setAttribute("aria-selected", String(i === at));
      if (i === at) { search.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
    });
  }
  function choose(company) {
    choice.value = company.id;
    search.value = company.code + " " + (company.short_name || company.name);
    close();
    options.chosen(company);
  }
  function show(results) {
    found = results;
    list.replaceChildren();
    results.forEach(function (company, i) {
      var item = document.createElement("li");
      item.id = "company-" + i;
      item.setAttribute("role", "option");
      options.row(item, company);
      item.addEventListener("mousedown", function (event) { event.preventDefault(); choose(company); });
      list.append(item);
    });
    if (!results.length) {
      var none = document.createElement("li");
      none.textContent = form.dataset.none;
      list.append(none);
    }
    list.hidden = false;
    search.setAttribute("aria-expanded", "true");
    if (results.length) { mark(0); }
  }
  var seek = staffLater(150, function () {
    var text = search.value.trim(), mine = ++asked;
    if (!text) { close(); return; }
    fetch(form.dataset.lookup + "?q=" + encodeURIComponent(text), { credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (data) { if (mine === asked) { show(data.results); } })
      .catch(close);
  });
  search.addEventListener("input", function () { choice.value = ""; seek(); });
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
  return search;
};
