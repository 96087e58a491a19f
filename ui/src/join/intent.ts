// What the person switched off must stay off when the page is loaded again.

/** Whether microphone and camera are wanted. */
export interface Intent {
  microphone: boolean;
  camera: boolean;
}

/**
 * Reads the intent of before a reload. It lives in the state of this history entry, which a reload keeps and
 * closing the tab ends: nothing is stored.
 */
export function readIntent(): Intent {
  const state = history.state as Partial<Intent> | null;
  return { microphone: state?.microphone !== false, camera: state?.camera !== false };
}

export function keepIntent(intent: Intent): void {
  const kept = readIntent();
  if (kept.microphone === intent.microphone && kept.camera === intent.camera) return;
  history.replaceState({ ...intent }, "");
}
