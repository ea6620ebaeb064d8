// Moves a shift on the ribbon in half hours, by pointer or by keyboard. The server checks all of it; without this file
// the form below plans.
(function () {
  "use strict";
  const form = document.getElementById("ribbon-move");
  if (!form) return;
  const said = document.getElementById("ribbon-said");
  const HALF = 1800000, EDGE = 10; // milliseconds; pixels at the right end by which it is made longer
  let held = null; // { button, start, end }: by how many half hours start and end have been moved

  const instant = (text) => Date.parse(`${text}Z`); // local times of the company, computed without any time zone
  const words = (text, n) => new Date(instant(text) + n * HALF).toISOString().slice(5, 16).replace("T", " ");
  const length = (button) => (instant(button.dataset.to) - instant(button.dataset.from)) / HALF;

  function undo() {
    if (!held) return;
    held.button.removeAttribute("style");
    held.button.classList.remove("is-moved");
    held = null;
    said.textContent = "";
  }

  function put(button, start, end) {
    if (held && held.button !== button) undo();
    if (length(button) + end - start < 1) return;
    if (!start && !end) { undo(); return; }
    const cell = button.closest("td"), step = cell.offsetWidth / cell.colSpan;
    held = { button, start, end };
    button.classList.add("is-moved");
    button.style.marginLeft = `${start * step}px`;
    button.style.width = `${cell.clientWidth + (end - start) * step}px`;
    said.textContent = `${button.dataset.name} ${words(button.dataset.from, start)} – ${words(button.dataset.to, end)} · ${said.dataset.keys}`;
  }

  function save() {
    if (!held) return;
    form.elements.shift.value = held.button.dataset.shift;
    form.elements.start.value = held.start;
    form.elements.end.value = held.end;
    form.requestSubmit();
  }

  function keyed(event) {
    const button = event.currentTarget, move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const now = held && held.button === button ? held : { start: 0, end: 0 };
    if (move) put(button, now.start + (event.shiftKey ? 0 : move), now.end + move);
    else if (event.key === "Enter") save();
    else if (event.key === "Escape") undo();
    else return;
    event.preventDefault();
  }

  function dragged(event) {
    if (event.button || event.pointerType === "touch") return; // a finger scrolls
    const button = event.currentTarget, from = event.clientX, cell = button.closest("td");
    const step = cell.offsetWidth / cell.colSpan, longer = button.getBoundingClientRect().right - from < EDGE;
    const moved = (at) => { const n = Math.round((at.clientX - from) / step); put(button, longer ? 0 : n, n); };
    button.setPointerCapture(event.pointerId);
    button.addEventListener("pointermove", moved);
    button.addEventListener("pointerup", () => { button.removeEventListener("pointermove", moved); save(); }, { once: true });
    button.addEventListener("pointercancel", () => { button.removeEventListener("pointermove", moved); undo(); }, { once: true });
  }

  document.querySelectorAll(".ribbon button").forEach((button) => {
    button.addEventListener("keydown", keyed);
    button.addEventListener("pointerdown", dragged);
    button.addEventListener("blur", undo);
  });
  document.getElementById("ribbon-keys").hidden = false;
})();
