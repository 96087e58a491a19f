// The notes that are being written on this computer, with what is typed but not yet on disk. They live here, outside
// all components: no change of screen can take text away.
import { useSyncExternalStore } from "react";
import { host } from "#host";
import { asCommandError } from "../host/host";
import { text } from "../strings/en";
import type { MissingAnswer, NoteView } from "../types";
import { alarm } from "./announce";
import { Autosave, type SaveState } from "./autosave";
import { setStoreTrouble } from "./store-state";

const EMPTY: string[] = [];

export class Draft {
  readonly saver: Autosave<string[]>;
  private values = new Map<string, string[]>();
  /** What was typed here. An answer that is read meanwhile may be older than the last save, so it never wins. */
  private typed = new Set<string>();
  private missing: MissingAnswer[];
  private listeners = new Set<() => void>();
  private failing = false;

  constructor(readonly note: string, view: NoteView) {
    this.missing = view.missing;
    this.saver = new Autosave((question, value) => this.save(question, value), undefined, words, isRefusal);
    this.read(view);
    this.saver.subscribe(() => this.speak());
  }

  /** Takes over what the store says, except for what was typed here: this console is the only one that writes it. */
  read(view: NoteView): void {
    const ids = view.template.sections.flatMap((section) => section.questions.map((question) => question.id));
    for (const id of ids) {
      if (!this.typed.has(id)) this.values.set(id, view.answers[id] ?? EMPTY);
    }
    if (!this.saver.unsaved) this.missing = view.missing;
    this.tell();
  }

  /** Takes over what the store says altogether, after recovered text was discarded. */
  settle(view: NoteView): void {
    this.typed.clear();
    this.read(view);
  }

  answer(question: string): string[] {
    return this.values.get(question) ?? EMPTY;
  }

  set(question: string, value: string[]): void {
    this.values.set(question, value);
    this.typed.add(question);
    this.saver.edit(question, value);
    this.tell();
  }

  missingNow = (): MissingAnswer[] => this.missing;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Saves what is left and tells the core that nothing was broken off. */
  async putAside(): Promise<boolean> {
    const saved = await this.saver.flush();
    if (saved) {
      await host.rpc("note.put_aside", { note: this.note }).catch(() => {
        // Then the text comes back marked as recovered, which is the safe side.
      });
    }
    return saved;
  }

  private async save(question: string, value: string[]): Promise<string> {
    const saved = await host.rpc("note.answer", { note: this.note, question, value });
    this.missing = saved.missing;
    setStoreTrouble(null);
    this.tell();
    return saved.at;
  }

  private speak(): void {
    const state = this.saver.snapshot();
    const fails = state.at === "failed" || state.at === "refused";
    if (fails && !this.failing) alarm(state.at === "refused" ? state.message : text.note.saveFailed);
    this.failing = fails;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function words(thrown: unknown): string {
  const error = asCommandError(thrown);
  if (error.code === "disk_full") {
    setStoreTrouble(error.message);
    return text.note.state.diskFull;
  }
  return error.code === "refused" ? text.note.state.refused(error.message) : text.note.state.failed(error.message);
}

/** A rule said no: the same text would be refused again. */
function isRefusal(thrown: unknown): boolean {
  return asCommandError(thrown).code === "refused";
}

const drafts = new Map<string, Draft>();

export function draftOf(view: NoteView): Draft {
  const known = drafts.get(view.id);
  if (known) return known;
  const made = new Draft(view.id, view);
  drafts.set(view.id, made);
  return made;
}

/** Saves everything that is open, or only these notes; false where something could not be saved. */
export async function flushDrafts(only?: string[]): Promise<boolean> {
  const meant = [...drafts.values()].filter((draft) => only?.includes(draft.note) ?? true);
  const all = await Promise.all(meant.map((draft) => draft.putAside()));
  return all.every(Boolean);
}

/** Forgets all of them, as at sign-out: the next person starts without it. */
export function forgetDrafts(): void {
  for (const draft of drafts.values()) draft.saver.stop();
  drafts.clear();
}

/** One note's draft, once its text is signed, discarded or settled. */
export function forgetDraft(note: string): void {
  drafts.delete(note);
}

if (typeof window !== "undefined") {
  const flush = () => void Promise.all([...drafts.values()].map((draft) => draft.saver.flush()));
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
}

export function useSaveState(draft: Draft): SaveState {
  return useSyncExternalStore(draft.saver.subscribe, draft.saver.snapshot);
}

export function useMissing(draft: Draft): MissingAnswer[] {
  return useSyncExternalStore(draft.subscribe, draft.missingNow);
}

export function useAnswer(draft: Draft, question: string): string[] {
  return useSyncExternalStore(draft.subscribe, () => draft.answer(question));
}
