// A beat each second that hidden pages get too.

/** Calls `tick` about once a second until the returned function is called. */
export function everySecond(tick: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const plainly = () => {
    timer ??= setInterval(tick, 1000);
  };
  let worker: Worker | undefined;
  try {
    worker = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = tick;
    // Old browsers without module workers say so here; a slow beat is better than none.
    worker.onerror = plainly;
  } catch {
    plainly();
  }
  return () => {
    worker?.terminate();
    clearInterval(timer);
  };
}
