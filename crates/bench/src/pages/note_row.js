// Notes when the visit of this encounter is painted among those who wait. Takes the encounter.
"use strict";
const bench = window.rounds_bench;
bench.row = null;
const selector = ["waiting", "ready"].map((group) => `tbody[data-group=${group}] tr[data-encounter="${arguments[0]}"]`).join(", ");
const look = () => {
  if (document.querySelector(selector) && bench.row === null) requestAnimationFrame(() => (bench.row ??= Date.now()));
  if (bench.row === null) requestAnimationFrame(look);
};
look();
