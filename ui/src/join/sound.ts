// Sounds of this page and the loudness of the microphone.

/** Loudness of the microphone, 0 to 1 on a scale that speech fills. */
export class Meter {
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  #source: MediaStreamAudioSourceNode | null = null;
  #track: MediaStreamTrack | null = null;
  readonly #samples = new Float32Array(1024);

  /** Listens to this track; null: to nothing. */
  listen(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#source?.disconnect();
    this.#source = null;
    this.#track = track;
    if (track === null || typeof AudioContext === "undefined") return;
    this.#context ??= new AudioContext();
    this.#analyser ??= this.#context.createAnalyser();
    this.#analyser.fftSize = this.#samples.length;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** The browser lets us listen: it may hold audio back, and without any loudspeaker some never start it. */
  get running(): boolean {
    return this.#context?.state === "running";
  }

  /** The loudness now. */
  level(): number {
    if (this.#analyser === null || this.#source === null) return 0;
    // Browsers start audio suspended until the person touched the page; the buttons here are such touches.
    if (this.#context?.state === "suspended") void this.#context.resume();
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return loudness(this.#samples);
  }

  close(): void {
    this.listen(null);
    void this.#context?.close();
    this.#context = null;
    this.#analyser = null;
  }
}

/** Root mean square in decibels, -60 dB (a quiet room) to -15 dB (loud speech) mapped to 0 to 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 60) / 45));
}

/** From this loudness on, someone speaks. */
export const SPEECH = 0.35;

/** Plays two soft notes through the chosen loudspeaker; false if the browser did not let us. */
export async function chime(speakerId: string | null): Promise<boolean> {
  if (typeof AudioContext === "undefined") return false;
  const context = new AudioContext();
  const audio = new Audio();
  try {
    if (!(await started(context))) return false;
    const out = context.createMediaStreamDestination();
    [523.25, 659.25].forEach((pitch, place) => {
      const start = context.currentTime + 0.05 + place * 0.45;
      const note = context.createOscillator();
      const gain = context.createGain();
      note.frequency.value = pitch;
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(0.35, start + 0.04);
      gain.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
      note.connect(gain).connect(out);
      note.start(start);
      note.stop(start + 1);
    });
    // Through an audio element, because that is the way the call's sound takes.
    audio.srcObject = out.stream;
    await sendTo(audio, speakerId);
    await audio.play();
    await new Promise((resolve) => setTimeout(resolve, 1600));
    return true;
  } catch {
    return false;
  } finally {
    audio.srcObject = null;
    void context.close();
  }
}

/** Starts audio; false where the browser never does, for want of a touch or of a loudspeaker. */
async function started(context: AudioContext): Promise<boolean> {
  const patience = new Promise((resolve) => setTimeout(resolve, 2000));
  await Promise.race([context.resume(), patience]);
  return context.state === "running";
}

/** Sends an element's sound to the chosen loudspeaker where the browser can; else to the usual one. */
export async function sendTo(element: HTMLMediaElement, speakerId: string | null): Promise<void> {
  if (speakerId === null || !canChooseSpeaker()) return;
  try {
    await element.setSinkId(speakerId);
  } catch {
    // The loudspeaker was unplugged: the usual one plays.
  }
}

export function canChooseSpeaker(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}
