// The scan form while scanning: Enter sends one number and clears the box at once, so that a
// keyboard-wedge scanner never waits. Without this file the form posts all numbers together.
(function () {
  "use strict";
  var form = document.getElementById("scan-form");
  if (!form || !window.fetch) { return; }
  var box = form.elements.numbers;
  var body = document.getElementById("scan-answers");
  var table = document.getElementById("scan-table");
  var status = document.getElementById("scan-status");
  var totals = { accepted: 0, corrected: 0, repeated: 0, refused: 0 };
  var waiting = Promise.resolve();

  function show(answer) {
    table.hidden = false;
    var row = body.insertRow(0);
    row.insertCell().textContent = answer.number;
    var tag = document.createElement("span");
    tag.className = "tag tag-" + answer.colour;
    tag.textContent = answer.word;
    row.insertCell().appendChild(tag);
    row.insertCell().textContent = answer.why;
    totals[answer.outcome] += 1;
    document.getElementById("scan-taken").textContent = totals.accepted + totals.corrected;
    document.getElementById("scan-repeated").textContent = totals.repeated;
    document.getElementById("scan-refused").textContent = totals.refused;
    status.textContent = answer.number + " · " + answer.word + (answer.why ? " · " + answer.why : "");
  }

  // What could not be sent comes back into the box: nothing scanned is lost.
  function putBack(numbers, why) {
    box.value = numbers + (box.value ? "\n" + box.value : "");
    status.textContent = why;
  }

  function send(numbers) {
    var data = new FormData(form);
    data.set("numbers", numbers);
    waiting = waiting.then(function () {
      return fetch(form.action, {
        method: "POST", body: data, headers: { Accept: "application/json" }, credentials: "same-origin"
      }).then(function (answer) {
        if (answer.redirected || !/json/.test(answer.headers.get("Content-Type") || "")) {
          throw new Error(form.dataset.signedOut);
        }
        return answer.json();
      }).then(function (said) {
        if (said.wrong) { putBack(numbers, said.wrong.join(" ")); }
        else { said.answers.forEach(show); }
      }).catch(function (problem) {
        putBack(numbers, problem instanceof TypeError ? form.dataset.offline : problem.message);
      });
    });
  }

  box.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) { return; }
    event.preventDefault();
    var numbers = box.value.trim();
    if (!numbers) { return; }
    box.value = "";
    send(numbers);
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var numbers = box.value.trim();
    box.focus();
    if (!numbers) { return; }
    box.value = "";
    send(numbers);
  });
  window.addEventListener("beforeunload", function (event) {
    if (box.value.trim()) { event.preventDefault(); }
  });
  box.focus();
})();
