// Notes when the first picture of somebody else is shown here.
"use strict";
const bench = window.rounds_bench;
bench.first = null;
const look = () => {
  const video = document.querySelector("[data-testid=remote-video]");
  if (video) video.requestVideoFrameCallback(() => (bench.first ??= Date.now()));
  else requestAnimationFrame(look);
};
look();
