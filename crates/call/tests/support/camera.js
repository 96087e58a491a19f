// A camera with a clock in its picture: replaces the browser's own (fake) one. Takes width and height.
"use strict";
const [width, height] = arguments;
const bench = window.rounds_bench;
bench.camera = () => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  let step = 0;
  const paint = () => {
    step += 1;
    context.fillStyle = "#5a6e82";
    context.fillRect(0, 0, width, height);
    // Something that moves, so that there is something to encode.
    for (let index = 0; index < 12; index += 1) {
      context.fillStyle = `hsl(${(index * 30 + step) % 360} 40% 55%)`;
      context.beginPath();
      context.arc(width * (0.5 + 0.35 * Math.sin(step / 23 + index)), height * (0.6 + 0.25 * Math.cos(step / 31 + index * 2)), height / 12, 0, 7);
      context.fill();
    }
    bench.draw(context, width, height);
  };
  setInterval(paint, 1000 / 30);
  paint();
  return canvas.captureStream(30).getVideoTracks()[0];
};
const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (constraints) => {
  const stream = await own(constraints);
  if (!constraints?.video) return stream;
  for (const track of stream.getVideoTracks()) {
    track.stop();
    stream.removeTrack(track);
  }
  stream.addTrack(bench.camera());
  return stream;
};
