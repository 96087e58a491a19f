// Notes the age of every picture that a video element shows. Takes a selector.
"use strict";
const video = document.querySelector(arguments[0]);
const bench = window.rounds_bench;
bench.ages = [];
bench.unread = 0;
const look = () => {
  const age = bench.read(video, video.videoWidth, video.videoHeight);
  if (age === null) bench.unread += 1;
  else bench.ages.push(age);
  video.requestVideoFrameCallback(look);
};
video.requestVideoFrameCallback(look);
