// The key “s” opens the signature on the page; pressed again, it signs.
"use strict";
document.addEventListener("keydown", function (event) {
  if (event.key !== "s" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) { return; }
  if (event.target.closest("input, textarea, select, [contenteditable]")) { return; }
  var part = document.querySelector("#act-approve, #act-write");
  if (!part) { return; }
  event.preventDefault();
  var button = part.querySelector("button[type=submit]");
  if (part.open) { button.click(); } else { part.open = true; button.focus(); part.scrollIntoView({ block: "center" }); }
}, true);  // before what opens acts on every page
