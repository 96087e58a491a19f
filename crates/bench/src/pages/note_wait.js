// Notes when this page tells the hub that the patient waits.
"use strict";
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (typeof data === "string" && data.includes('"type":"wait"')) window.rounds_bench.waits ??= Date.now();
  return send.call(this, data);
};
