// What a peer connection's statistics say, in the few figures this page uses.

/** A sample of the statistics (W3C webrtc-stats); counters count from the start of the connection. */
export interface Figures {
  framesDecoded: number;
  width: number;
  height: number;
  audioEnergy: number;
  framesSent: number;
  audioPacketsReceived: number;
  packetsReceived: number;
  packetsLost: number;
  roundTripMs: number | null;
  /** Share of our packets that the other side missed lately, 0 to 1. */
  lossThere: number;
}

type Report = Record<string, unknown> & { type: string };

/** Adds up a statistics report. */
export function readFigures(stats: Iterable<Report>): Figures {
  const figures: Figures = {
    framesDecoded: 0,
    width: 0,
    height: 0,
    audioEnergy: 0,
    framesSent: 0,
    audioPacketsReceived: 0,
    packetsReceived: 0,
    packetsLost: 0,
    roundTripMs: null,
    lossThere: 0,
  };
  const number = (value: unknown) => (typeof value === "number" ? value : 0);
  for (const report of stats) {
    if (report.type === "inbound-rtp") {
      figures.packetsReceived += number(report.packetsReceived);
      figures.packetsLost += Math.max(0, number(report.packetsLost));
      if (report.kind === "video") {
        figures.framesDecoded += number(report.framesDecoded);
        figures.width = number(report.frameWidth) || figures.width;
        figures.height = number(report.frameHeight) || figures.height;
      } else {
        figures.audioEnergy += number(report.totalAudioEnergy);
        figures.audioPacketsReceived += number(report.packetsReceived);
      }
    } else if (report.type === "outbound-rtp" && report.kind === "video") {
      figures.framesSent += number(report.framesSent) || number(report.framesEncoded);
    } else if (report.type === "remote-inbound-rtp") {
      figures.lossThere = Math.max(figures.lossThere, number(report.fractionLost));
    } else if (report.type === "candidate-pair" && (report.nominated === true || report.selected === true)) {
      if (typeof report.currentRoundTripTime === "number") figures.roundTripMs = report.currentRoundTripTime * 1000;
    }
  }
  return figures;
}

/** How the media of one peer arrives. */
export type Flow = "starting" | "good" | "weak" | "stopped";

/** Judges two samples, a second or so apart; `camera`: the peer says that it sends pictures. */
export function judge(before: Figures | null, after: Figures, camera: boolean): Flow {
  if (after.packetsReceived === 0) return "starting";
  if (before === null) return "good";
  const received = after.packetsReceived - before.packetsReceived;
  const lost = after.packetsLost - before.packetsLost;
  if (received <= 0) return "stopped";
  if (lost > 0 && lost / (received + lost) > 0.08) return "weak";
  if (after.lossThere > 0.08) return "weak";
  if (camera && before.framesDecoded > 0 && after.framesDecoded === before.framesDecoded) return "weak";
  return "good";
}
