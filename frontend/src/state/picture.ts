/** The newest numbers of every kind: what a frame leaves out stays as it was. */

import { Kind, type Frame, type Section } from "../transport/frame";

export class Picture {
  readonly #sections = new Map<number, Section>();

  static #key(kind: number, run: number, index: number): number {
    return kind * 4096 + run * 1024 + index;
  }

  take(frame: Frame): void {
    // Without a second run nothing of it stays.
    if (!frame.comparing) {
      for (const [key, section] of this.#sections) {
        if (section.run === 1) this.#sections.delete(key);
      }
    }
    for (const section of frame.sections) {
      this.#sections.set(Picture.#key(section.kind, section.run, section.index), section);
    }
  }

  clear(): void {
    this.#sections.clear();
  }

  /** What belongs to the rows' values alone, when the rows change. */
  forget(kind: number): void {
    for (const [key, section] of this.#sections) {
      if (section.kind === kind) this.#sections.delete(key);
    }
  }

  section(kind: number, run = 0, index = 0): Section | null {
    return this.#sections.get(Picture.#key(kind, run, index)) ?? null;
  }

  doubles(kind: number, run = 0, index = 0): Float64Array | null {
    const values = this.section(kind, run, index)?.values;
    return values instanceof Float64Array ? values : null;
  }

  parameters(run = 0): Float64Array | null {
    return this.doubles(Kind.parameters, run);
  }

  gradient(run = 0): Float64Array | null {
    return this.doubles(Kind.gradient, run);
  }
}
