// Two ends of libwebrtc in one page, each sending the camera's picture and sound to the other, as in a visit.
"use strict";
const bench = window.rounds_bench;
const ends = [new RTCPeerConnection(), new RTCPeerConnection()];
const [from, to] = ends;
const vp8 = RTCRtpReceiver.getCapabilities("video").codecs.filter(({ mimeType }) => /VP8|rtx/.test(mimeType));
for (const [index, end] of ends.entries()) {
  const other = ends[1 - index];
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  end.onicecandidate = ({ candidate }) => candidate && other.addIceCandidate(candidate);
  const show = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true, id: `shown-${index}` });
  show.srcObject = new MediaStream();
  document.body.append(show);
  end.ontrack = ({ track }) => show.srcObject.addTrack(track);
  for (const track of stream.getTracks()) end.addTrack(track, stream);
}
from.getTransceivers().find(({ sender }) => sender.track.kind === "video").setCodecPreferences(vp8);
const shown = new Promise((seen) => document.querySelector("#shown-1").requestVideoFrameCallback(() => seen(true)));
await from.setLocalDescription();
await to.setRemoteDescription(from.localDescription);
await to.setLocalDescription();
await from.setRemoteDescription(to.localDescription);
bench.pair = ends;
return await shown;
