// Keeps the screen on while the person waits or talks.

/** Asks for the screen to stay on, again whenever the page comes back to the front. */
export class Wake {
  #wanted = false;
  #lock: WakeLockSentinel | null = null;

  constructor() {
    document.addEventListener("visibilitychange", () => void this.#apply());
  }

  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    void this.#apply();
  }

  async #apply(): Promise<void> {
    if (!("wakeLock" in navigator)) return;
    try {
      if (!this.#wanted) {
        await this.#lock?.release();
        this.#lock = null;
      } else if (document.visibilityState === "visible" && (this.#lock === null || this.#lock.released)) {
        this.#lock = await navigator.wakeLock.request("screen");
      }
    } catch {
      // A low battery forbids it. The call goes on; the screen may go dark.
    }
  }
}
