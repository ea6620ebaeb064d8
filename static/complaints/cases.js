// The list of cases: its filters, all or none chosen, the bar for what is chosen. Works without it too.
(function () {
  "use strict";
  // The filters come when they are opened.
  var more = document.querySelector(".cs-more"), way = more && more.querySelector("p > a");
  if (way) {
    more.addEventListener("toggle", function () {
      fetch(way.href, { credentials: "same-origin" })
        .then(function (answer) { return answer.text(); })
        .then(function (text) {
          var fields = new DOMParser().parseFromString(text, "text/html").querySelector(".cs-more .form-fields");
          if (fields) { way.parentNode.replaceWith(fields); fields.querySelector("select, input").focus(); }
        })
        .catch(function () { /* the link stays */ });
    }, { once: true });
  }
  var form = document.getElementById("cases");
  if (!form) { return; }
  var all = document.getElementById("choose-all"), count = document.getElementById("chosen");
  var boxes = Array.prototype.slice.call(form.querySelectorAll("[name=chosen]"));
  function tell() {
    var n = boxes.filter(function (box) { return box.checked; }).length;
    if (count) { count.textContent = n ? count.dataset.words.replace("%s", n) : ""; }
    if (all) { all.checked = n > 0 && n === boxes.length; all.indeterminate = n > 0 && n < boxes.length; }
  }
  if (all) { all.addEventListener("change", function () { boxes.forEach(function (box) { box.checked = all.checked; }); tell(); }); }
  form.addEventListener("change", tell);
  tell();
  // x chooses the row one is on; j, k and Enter are everywhere's.
  document.addEventListener("keydown", function (event) {
    var row = document.activeElement && document.activeElement.closest("[data-row]");
    if (event.key !== "x" || !row || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) { return; }
    var box = row.querySelector("[name=chosen]");
    if (box) { box.checked = !box.checked; tell(); }
  });
})();
