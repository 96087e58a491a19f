// Which browser this is, as far as the help texts differ.

/** Browsers whose way to camera permissions differs. */
export type BrowserKind = "chrome" | "chrome_android" | "firefox" | "firefox_android" | "safari" | "ios" | "other";

/** Reads the user agent. */
export function browserKind(agent: string = navigator.userAgent, touchPoints: number = navigator.maxTouchPoints): BrowserKind {
  const android = /Android/.test(agent);
  // An iPad says that it is a Mac; a Mac has no touch screen.
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return "ios";
  if (/Firefox\//.test(agent)) return android ? "firefox_android" : "firefox";
  if (/Chrome\/|Chromium\/|Edg\//.test(agent)) return android ? "chrome_android" : "chrome";
  if (/Safari\//.test(agent) && /Macintosh/.test(agent)) return "safari";
  return "other";
}

/** Whether the page was opened inside another app, where cameras often do not work. */
export function isInAppBrowser(agent: string = navigator.userAgent): boolean {
  if (/FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|GSA\/|Twitter|LinkedInApp|Snapchat|musical_ly|Bytedance|Pinterest|WhatsApp/.test(agent)) {
    return true;
  }
  if (/Android/.test(agent) && /; wv\)/.test(agent)) return true;
  // A web view on iOS does not call itself Safari, and no browser there leaves that word out.
  return /iPhone|iPad|iPod/.test(agent) && /AppleWebKit/.test(agent) && !/Safari\//.test(agent);
}

/** Whether this browser can make video calls at all. */
export function canCall(): boolean {
  return typeof RTCPeerConnection !== "undefined" && typeof WebSocket !== "undefined";
}
