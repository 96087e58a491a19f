// Starts the patient's page for the visit that the address names.

import "./join.css";
import "./rooms.css";
import "./call.css";
import { deviceId } from "./device";
import { randomHex } from "./random";
import { Page } from "./page";
import { showPage } from "./shell";

const token = location.pathname.split("/").filter(Boolean).at(-1) ?? "";
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const page = new Page({ url: `${scheme}//${location.host}/signal`, token, device: deviceId(), incarnation: randomHex() });
showPage(page, document.body);
void page.start();
