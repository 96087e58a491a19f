// Admits the patient of this encounter from the queue, and notes when that was and when their first picture is painted.
"use strict";
const bench = window.rounds_bench;
bench.first = null;
const row = document.querySelector(`tr[data-encounter="${arguments[0]}"]`);
const button = [...row.querySelectorAll("td[data-column=action] button")].at(-1);
const look = () => {
  if (Number(document.querySelector("[data-testid=remote-video]")?.dataset.frames ?? 0) > 0) bench.first ??= Date.now();
  else requestAnimationFrame(look);
};
bench.admitted = Date.now();
button.click();
look();
return bench.admitted;
