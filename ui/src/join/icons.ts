// The icons of the page, as strokes: no file to load, no markup to parse.

import { setAttribute } from "./dom";

const SVG = "http://www.w3.org/2000/svg";

/** Strokes of the icons, on a field of 24 by 24. */
const ICONS = {
  microphone: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6",
  microphoneOff: "M4 4l16 16M9 9v2a3 3 0 0 0 4.5 2.6M15 11V6a3 3 0 0 0-5.8-1M6 11a6 6 0 0 0 9.5 4.9M18 11a6 6 0 0 1-.4 2.2M12 17v4M9 21h6",
  camera: "M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zM15 11l6-3.5v9L15 13",
  cameraOff: "M4 4l16 16M10 7h3a2 2 0 0 1 2 2v3l6-4.5v9l-2-1.2M15 15a2 2 0 0 1-2 2H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h2",
  chat: "M4 5h16v11H9l-5 4z",
  leave: "M4 15v-2c4.5-4 11.5-4 16 0v2l-4 .5-1-2.5c-2-.6-4-.6-6 0l-1 2.5z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.5",
  cross: "M6 6l12 12M18 6L6 18",
  dots: "M5 12h.5M12 12h.5M19 12h.5",
  speaker: "M4 10v4h3l5 4V6L7 10zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  network: "M3 9.5a13 13 0 0 1 18 0M6 13a9 9 0 0 1 12 0M9 16.5a4.5 4.5 0 0 1 6 0M12 20h.5",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 21c0-5 3.5-7 8-7s8 2 8 7",
  settings: "M4 7h10M18 7h2M16 5v4M4 17h2M10 17h10M8 15v4M4 12h5M13 12h7M11 10v4",
} as const;

export type IconName = keyof typeof ICONS;

/** An icon, hidden from screen readers: words stand beside it or label its button. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Changes which icon is shown. */
export function setIcon(svg: SVGSVGElement, name: IconName): void {
  const path = svg.firstElementChild;
  if (path !== null) setAttribute(path, "d", ICONS[name]);
}
