// Notes the age of some of the pictures that the console paints on a canvas, and counts them all. Takes a selector.
// Reading a picture back costs the web view more than painting it, so that reading all would measure the reading.
"use strict";
const EVERY = 8;
const canvas = document.querySelector(arguments[0]);
const bench = window.rounds_bench;
bench.ages = [];
bench.unread = 0;
let painted = Number(canvas.dataset.frames);
let due = painted + EVERY;
const look = () => {
  const now = Number(canvas.dataset.frames);
  bench.unread += now - painted;
  painted = now;
  if (now >= due) {
    due = now + EVERY;
    const age = bench.read(canvas, canvas.width, canvas.height);
    if (age !== null) {
      bench.ages.push(age);
      bench.unread -= 1;
    }
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
