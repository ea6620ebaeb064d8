// What every form of the staff pages can do: the first wrong field has the focus, a time that was
// typed is read back, and a form that a lapsed session refused is filled in again.
(function () {
  "use strict";
  // The words stand on the search form, which every staff page has.
  function words() { return (document.querySelector(".staff-search") || document.body).dataset; }

  // --- the first wrong field ---------------------------------------------------------------------
  function toFirstWrong() {
    var wrong = document.querySelector(
      "[aria-invalid=true]:not([type=hidden]), .has-error input:not([type=hidden]), .has-error select, .has-error textarea"
    );
    if (!wrong) {
      var errors = document.getElementById("errors");
      if (errors) { errors.focus(); }
      return;
    }
    open(wrong);
    wrong.focus({ focusVisible: true });
    wrong.scrollIntoView({ block: "center" });
  }
  function open(field) {
    for (var around = field.closest("details"); around; around = around.parentElement.closest("details")) { around.open = true; }
  }

  // --- times as they are said ----------------------------------------------------------------------
  var MOMENT = "/admin/desk/moment";
  var timers = new WeakMap();
  function readBack(input) {
    var said = input.value.trim();
    var shown = input.parentNode.querySelector(".staff-moment");
    if (!shown) {
      shown = document.createElement("output");
      shown.className = "staff-moment";
      input.insertAdjacentElement("afterend", shown);
    }
    if (!said) { shown.textContent = ""; return; }
    fetch(MOMENT + "?text=" + encodeURIComponent(said), { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : {}; })
      .then(function (read) {
        if (input.value.trim() !== said) { return; }
        shown.textContent = read.meant ? "= " + read.meant : read.problem || "";
        shown.classList.toggle("is-wrong", !read.meant);
      })
      .catch(function () { shown.textContent = ""; });
  }
  document.addEventListener("input", function (event) {
    var input = event.target;
    if (!input.matches || !input.matches("input[data-moment]")) { return; }
    clearTimeout(timers.get(input));
    timers.set(input, setTimeout(readBack, 200, input));
  });

  // --- a form that came back -----------------------------------------------------------------------
  function formOf(path) {
    return Array.prototype.find.call(document.forms, function (form) {
      return form.method === "post" && new URL(form.getAttribute("action") || location.href, location.href).pathname === path;
    });
  }
  function fill(form, fields) {
    var left = {};
    fields.forEach(function (pair) { (left[pair[0]] = left[pair[0]] || []).push(pair[1]); });
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!field.name || field.name === "csrfmiddlewaretoken" || /^(file|submit|button)$/.test(field.type)) { return; }
      var values = left[field.name];
      if (/^(checkbox|radio)$/.test(field.type)) { field.checked = !!values && values.indexOf(field.value) >= 0; }
      else if (field.multiple) { Array.prototype.forEach.call(field.options, function (one) { one.selected = !!values && values.indexOf(one.value) >= 0; }); }
      else if (values && values.length) { field.value = values.shift(); if (field.type !== "hidden") { open(field); } }
      else { return; }
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  function say(form, held) {
    var note = document.createElement("div");
    note.className = "staff-note staff-held";
    note.setAttribute("role", "alert");
    note.tabIndex = -1;
    note.textContent = words().held + (held.files.length ? " " + words().files.replace("%s", held.files.join(", ")) : "");
    form.insertAdjacentElement("beforebegin", note);
    open(note);
    note.focus();
    note.scrollIntoView({ block: "center" });
  }
  function takeBack() {
    if (location.hash !== "#held") { return; }
    history.replaceState(null, "", location.pathname + location.search);
    fetch("/admin/account/held/", { credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (held) {
        // A page that brings its forms when they are opened brings this one first.
        return Promise.resolve(held.path && window.staffForm && window.staffForm(held.path)).then(function () {
          var form = held.path && formOf(held.path);
          if (!form) { return; }
          fill(form, held.fields);
          say(form, held);
        });
      })
      .catch(function () { /* the page stands as it is */ });
  }

  // var soon = staffLater(200, work): work() runs once soon() has not been called for so many milliseconds.
  window.staffLater = function (wait, work) {
    var timer = 0;
    return function () { clearTimeout(timer); timer = setTimeout(work, wait); };
  };

  // --- drafts --------------------------------------------------------------------------------------
  // var soon = staffKeeper(keep, 900): call soon() at each key; keep() runs when the typing rests, and
  // at once when the page is left or hidden, so that the last second's typing is in it.
  window.staffKeeper = function (keep, wait) {
    var timer = 0, waiting = false;
    function now() { clearTimeout(timer); if (waiting) { waiting = false; keep(); } }
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") { now(); } });
    window.addEventListener("pagehide", now);
    return function () { waiting = true; clearTimeout(timer); timer = setTimeout(now, wait); };
  };
  // The answer to a draft; whoever was signed out is led to the sign-in instead.
  window.staffKept = function (answer) {
    if (answer.redirected) { throw new Error("signed out"); }
    if (!answer.ok) { throw new Error(); }
    return answer.json();
  };
  window.staffLost = function (error, lost) { return error.message === "signed out" ? words().signedOut : lost; };
  // A page that is loaded again, after signing in say, opens the draft it had.
  window.staffDraftAt = function (key) {
    var here = new URL(location.href);
    if (here.searchParams.get("draft") === key) { return; }
    here.searchParams.set("draft", key);
    history.replaceState(null, "", here);
  };

  document.addEventListener("DOMContentLoaded", function () {
    toFirstWrong();
    document.querySelectorAll("input[data-moment]").forEach(function (input) { if (input.value && !input.hasAttribute("aria-invalid")) { readBack(input); } });
    takeBack();
  });
})();
