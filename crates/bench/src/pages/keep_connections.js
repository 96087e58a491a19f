// Keeps every peer connection that the page will make, so that it can be asked for its figures.
"use strict";
const bench = window.rounds_bench;
bench.connections = [];
const Made = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Made {
  constructor(...options) {
    super(...options);
    bench.connections.push(this);
  }
};
