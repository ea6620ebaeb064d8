// The bell: asks every 10 seconds while the page is looked at. Without this file the page
// "My messages" in the sidebar shows the same.
(function () {
  "use strict";

  var EVERY = 10000;
  var root = "/admin/";
  var script = document.currentScript;
  if (script && script.dataset.root) { root = script.dataset.root; }

  function place() {
    var search = document.querySelector("form.staff-search");
    if (search) { return { parent: search.parentNode, before: search.nextSibling }; }
    var bar = document.querySelector("#header-inner, header");
    return bar ? { parent: bar, before: null } : null;
  }

  function build() {
    var where = place();
    if (!where || document.getElementById("msg-bell")) { return null; }
    var link = document.createElement("a");
    link.id = "msg-bell";
    link.className = "msg-bell";
    var icon = document.createElement("span");
    icon.className = "material-symbols-outlined";
    icon.setAttribute("aria-hidden", "true");
    icon.textContent = "notifications";
    var count = document.createElement("span");
    count.className = "msg-bell-count";
    count.setAttribute("aria-hidden", "true");
    count.hidden = true;
    link.appendChild(icon);
    link.appendChild(count);
    where.parent.insertBefore(link, where.before);
    return link;
  }

  function show(link, answer) {
    link.href = answer.link;
    link.setAttribute("aria-label", answer.label);
    link.title = answer.label;
    var count = link.querySelector(".msg-bell-count");
    count.hidden = !answer.unread;
    count.textContent = answer.unread > 99 ? "99+" : String(answer.unread);
  }

  function ask(link) {
    if (document.hidden) { return; }
    fetch(root + "notifications/delivery/bell/", { headers: { Accept: "application/json" } })
      .then(function (r) { return r.ok && /json/.test(r.headers.get("content-type") || "") ? r.json() : null; })
      .then(function (answer) { if (answer) { show(link, answer); } })
      .catch(function () { /* the next round may find the network again */ });
  }

  document.addEventListener("DOMContentLoaded", function () {
    // The sign-in pages have no bell to ring.
    if (!document.querySelector("form.staff-search")) { return; }
    var link = build();
    if (!link) { return; }
    ask(link);
    setInterval(function () { ask(link); }, EVERY);
    document.addEventListener("visibilitychange", function () { ask(link); });
  });
})();
