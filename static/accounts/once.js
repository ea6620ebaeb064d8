// A form that is under way is not sent a second time: no double click, no second Ctrl+Enter. It
// saves the wait only; that a form counts once is seen to by its key. Works for every POST form.
(function () {
  "use strict";
  // Milliseconds after which a page that is still here (a download, a network that is gone) may
  // send again.
  var HOLD = 6000;

  function posts(form) {
    return form instanceof HTMLFormElement && (form.getAttribute("method") || "").toLowerCase() === "post";
  }
  function release(form) {
    clearTimeout(Number(form.dataset.timer));
    delete form.dataset.timer;
    delete form.dataset.by;
    form.removeAttribute("aria-busy");
  }
  function hold(form, by) {
    form.dataset.by = by;
    form.setAttribute("aria-busy", "true");
    form.dataset.timer = setTimeout(function () { release(form); }, HOLD);
  }
  // Another button of the same form is another wish. A key that sends has none, or the first one.
  function name(button) { return button ? button.name + "=" + button.value : ""; }

  window.addEventListener("submit", function (event) {
    var form = event.target, by = name(event.submitter);
    if (!posts(form) || form.dataset.timer === undefined) { return; }
    if (by && form.dataset.by && by !== form.dataset.by) { release(form); return; }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  // Last of all: what a script sends by itself, or a check has stopped, is not under way.
  window.addEventListener("submit", function (event) {
    if (posts(event.target) && !event.defaultPrevented) { hold(event.target, name(event.submitter)); }
  });
  // What is changed meanwhile is another wish: a file in the other format, after the first has come.
  window.addEventListener("change", function (event) {
    var form = event.target.form;
    if (form && form.dataset.timer !== undefined) { release(form); }
  });
  // Back from the next page: everything may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[aria-busy]").forEach(release);
  });
})();
