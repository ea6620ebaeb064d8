// Keys and countdowns of the staff pages. Everything works without this file.
(function () {
  "use strict";

  function openAct(act) {
    if (act.tagName !== "DETAILS") { act.click(); return; }
    act.open = true;
    act.querySelector("form :is(input:not([type=hidden]), textarea, select, button)").focus();
  }

  // "/" from anywhere goes to the search box; Escape leaves it, and closes the form of an act.
  document.addEventListener("keydown", function (event) {
    var box = document.getElementById("staff-search");
    var target = event.target;
    var typing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "Escape" && target === box) {
      box.blur();
    } else if (event.key === "Escape" && target.closest && target.closest(".panels details[open]")) {
      var closing = target.closest(".panels details[open]");
      closing.open = false;
      closing.querySelector("summary").focus();
    } else if (!typing && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // The key of an act of this record: its page, or its form on this one.
      var act = document.querySelector('[data-act-key="' + CSS.escape(event.key) + '"]');
      if (act) { event.preventDefault(); openAct(act); return; }
      // Keys that open a page from anywhere: "c /admin/…" in the sidebar, unless this page has the key itself.
      var bar = document.querySelector("[data-keys]");
      var keyed = bar ? bar.dataset.keys.split(" ") : [];
      var at = keyed.indexOf(event.key);
      if (at >= 0 && at % 2 === 0 && !document.querySelector('[data-key="' + CSS.escape(event.key) + '"]')) {
        location.href = keyed[at + 1] + "?from=" + encodeURIComponent(location.pathname);
      }
    }
  });

  // The look's own script puts the name of a chosen file into the first text field around it. In
  // its own widget that is meant (a disabled field); in ours it would overwrite what was typed.
  // Whoever puts a form into the page calls this for it at once.
  window.staffFiles = function (form) {
    form.querySelectorAll("input[type=file]").forEach(function (input) {
      var around = input.parentNode.parentNode.parentNode;
      var shown = around && around.querySelector("input[type=text]");
      if (!shown || !shown.disabled) { input.hasChangeListener = true; }
    });
  };
  document.addEventListener("DOMContentLoaded", function () { window.staffFiles(document); });

  // <time data-due="ISO" data-left="%s left" data-soon="…" data-over="%s overdue" data-warn="seconds"> counts down.
  var DAYS = /^zh/.test(document.documentElement.lang) ? " 天 " : "d ";
  function span(seconds) {
    var s = Math.abs(Math.floor(seconds));
    var d = Math.floor(s / 86400), h = Math.floor((s % 86400) / 3600), m = Math.floor((s % 3600) / 60);
    var two = function (n) { return (n < 10 ? "0" : "") + n; };
    return (d ? d + DAYS : "") + two(h) + ":" + two(m) + ":" + two(s % 60);
  }
  // How far this computer's clock is off: an element with data-now says what time the page was made.
  var drift = 0;
  function tick() {
    var now = Date.now() + drift;
    document.querySelectorAll("time[data-due]").forEach(function (clock) {
      var left = (new Date(clock.dataset.due).getTime() - now) / 1000;
      var warn = Number(clock.dataset.warn || 7200);
      var over = left < 0;
      var soon = !over && left < warn;
      var words = over ? clock.dataset.over : soon && clock.dataset.soon ? clock.dataset.soon : clock.dataset.left;
      clock.textContent = words.replace("%s", span(left));
      clock.classList.toggle("clock-over", over);
      clock.classList.toggle("clock-soon", soon);
    });
  }
  document.addEventListener("DOMContentLoaded", function () {
    var made = document.querySelector("[data-now]");
    if (made) {
      drift = new Date(made.dataset.now).getTime() - Date.now();
      if (Math.abs(drift) < 3000) { drift = 0; }
    }
    if (document.querySelector("time[data-due]")) { tick(); setInterval(tick, 1000); }
    document.querySelectorAll("button[data-copy]").forEach(function (button) {
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(button.dataset.copy).then(function () {
          button.textContent = button.dataset.done;
        });
      });
    });
    // j and k walk rows that can be opened; Enter opens, x chooses.
    var rows = Array.prototype.slice.call(document.querySelectorAll("[data-row] a[data-open]"));
    document.addEventListener("keydown", function (event) {
      if (!rows.length || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) { return; }
      var at = rows.indexOf(document.activeElement);
      if (event.key === "j") { rows[Math.min(at + 1, rows.length - 1)].focus(); }
      if (event.key === "k") { rows[Math.max(at - 1, 0)].focus(); }
      var row = event.key === "x" && document.activeElement.closest("[data-row]");
      var box = row && row.querySelector(".tick input");
      if (box) { box.click(); }
    });
  });
})();
