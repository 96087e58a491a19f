// The chat of the visit: messages that may come twice, over the hub and over a data channel, shown once.

import { Emitter } from "./emitter";
import { randomHex } from "./random";
import { CHAT_LIMIT } from "./wire";

/** One message as it is shown. */
export interface ChatLine {
  id: string;
  /** The sender's name; null for our own. */
  name: string | null;
  text: string;
  at: Date;
  /** The hub could neither pass it on nor keep it. */
  undelivered?: boolean;
}

/** How much of a long conversation is kept; it is never stored. */
const KEPT = 500;

/** The conversation. */
export class Chat extends Emitter {
  #lines: ChatLine[] = [];
  readonly #known = new Set<string>();
  #unread = 0;

  get lines(): readonly ChatLine[] {
    return this.#lines;
  }

  /** Messages of others since the conversation was last looked at. */
  get unread(): number {
    return this.#unread;
  }

  /** Someone else's message; a second one from the same sender with the same id is dropped. */
  hear(sender: string, name: string, id: string, text: string): void {
    const key = `${sender}/${id}`;
    if (this.#known.has(key) || text.trim() === "") return;
    this.#known.add(key);
    this.#unread += 1;
    this.#add({ id: key, name, text: text.slice(0, CHAT_LIMIT), at: new Date() });
  }

  /** Our own message; null if there is nothing to say. */
  say(text: string): { id: string; text: string } | null {
    const said = text.trim().slice(0, CHAT_LIMIT);
    if (said === "") return null;
    const id = randomHex();
    this.#add({ id, name: null, text: said, at: new Date() });
    return { id, text: said };
  }

  /** Our message reached nobody. */
  failed(id: string): void {
    this.#lines = this.#lines.map((line) => (line.id === id && line.name === null ? { ...line, undelivered: true } : line));
    this.changed();
  }

  /** The person looks at the conversation. */
  read(): void {
    if (this.#unread === 0) return;
    this.#unread = 0;
    this.changed();
  }

  #add(line: ChatLine): void {
    this.#lines = [...this.#lines, line].slice(-KEPT);
    this.changed();
  }
}

/** Reads what came over a data channel: `{"id","text"}`; null for anything else. */
export function readChat(data: unknown): { id: string; text: string } | null {
  if (typeof data !== "string") return null;
  try {
    const { id, text } = (JSON.parse(data) ?? {}) as { id?: unknown; text?: unknown };
    return typeof id === "string" && id !== "" && typeof text === "string" ? { id, text } : null;
  } catch {
    return null;
  }
}
