// Notes the age of every picture that the console paints on a canvas. Takes a selector.
"use strict";
const canvas = document.querySelector(arguments[0]);
const bench = window.rounds_bench;
bench.ages = [];
bench.unread = 0;
let painted = canvas.dataset.frames;
const look = () => {
  if (canvas.dataset.frames !== painted) {
    painted = canvas.dataset.frames;
    const age = bench.read(canvas, canvas.width, canvas.height);
    if (age === null) bench.unread += 1;
    else bench.ages.push(age);
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
