// What the knowledge base suggests beside a case: 1 to 3 choose a line, Enter puts its reply into the composer.
// Without script each line opens and can be read.
(function () {
  "use strict";
  var page = document.getElementById("case"), list = document.getElementById("known");
  if (!page || !list) { return; }
  var token = page.querySelector("[name=csrfmiddlewaretoken]").value;
  var acts = document.getElementById("acts"), keys = document.getElementById("keys");

  function put(line) {
    acts.dispatchEvent(new CustomEvent("known-put", { detail: { text: line.dataset.text, code: line.dataset.code } }));
  }
  // That it was read is put on record, once for a page.
  list.addEventListener("toggle", function (event) {
    var line = event.target;
    if (!line.open || !line.dataset.read) { return; }
    fetch(line.dataset.read, { method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin" }).catch(function () {});
    delete line.dataset.read;
  }, true);
  list.addEventListener("click", function (event) {
    if (event.target.closest("[data-put]")) { put(event.target.closest("details")); }
  });
  document.addEventListener("keydown", function (event) {
    var target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) { return; }
    if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) { return; }
    if (/^[1-3]$/.test(event.key)) {
      var line = list.querySelector("[data-known=\"" + event.key + "\"]");
      if (!line) { return; }
      event.preventDefault();
      list.querySelectorAll("details").forEach(function (other) { other.open = other === line; });
      line.querySelector("summary").focus();
      line.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && target.matches("#known summary")) {
      var chosen = target.closest("details");
      if (!chosen.dataset.text || !list.querySelector("[data-put]")) { return; }
      event.preventDefault();
      put(chosen);
    }
  });
})();
