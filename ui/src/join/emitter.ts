// Tells listeners that something changed.

/** The smallest publisher: listeners take no argument and read the state they need. */
export class Emitter {
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` on each change until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
