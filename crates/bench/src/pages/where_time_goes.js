// Where the time of a picture and of a voice goes in this browser, in milliseconds on average since the call began.
"use strict";
const connection = window.rounds_bench.connections.findLast((one) => one.connectionState === "connected");
if (!connection) return null;
const all = [...(await connection.getStats()).values()];
const of = (type, kind) => all.find((one) => one.type === type && one.kind === kind) ?? {};
const mean = (sum, count) => (count > 0 ? Math.round((1000 * sum) / count) : null);
const [seen, sent, heard] = [of("inbound-rtp", "video"), of("outbound-rtp", "video"), of("inbound-rtp", "audio")];
const pair = all.find((one) => one.type === "candidate-pair" && one.nominated) ?? {};
return {
  video_in: {
    buffer: mean(seen.jitterBufferDelay, seen.jitterBufferEmittedCount),
    target: mean(seen.jitterBufferTargetDelay, seen.jitterBufferEmittedCount),
    least: mean(seen.jitterBufferMinimumDelay, seen.jitterBufferEmittedCount),
    decode: mean(seen.totalDecodeTime, seen.framesDecoded),
    assembly: mean(seen.totalAssemblyTime, seen.framesAssembledFromMultiplePackets),
  },
  audio_in: {
    buffer: mean(heard.jitterBufferDelay, heard.jitterBufferEmittedCount),
    target: mean(heard.jitterBufferTargetDelay, heard.jitterBufferEmittedCount),
    jitter: Math.round(1000 * heard.jitter),
  },
  video_out: {
    encode: mean(sent.totalEncodeTime, sent.framesEncoded),
    queue: mean(sent.totalPacketSendDelay, sent.packetsSent),
    kbps: Math.round(sent.targetBitrate / 1000),
    limited: sent.qualityLimitationReason,
  },
  path: { kbps: Math.round(pair.availableOutgoingBitrate / 1000), round_trip: Math.round(1000 * pair.currentRoundTripTime) },
};
