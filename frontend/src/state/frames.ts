/** Frames as they come: drawn with the screen's next picture, then acknowledged. */

import { batch, signal } from "@preact/signals";
import type { Frame } from "../transport/frame";
import { Picture } from "./picture";

/** Numbers are written ten times a second; pictures are drawn with every frame. */
const NUMBERS_MS = 100;

export class Frames {
  readonly picture = new Picture();
  /** The frame whose numbers are written, and a tick each for pictures and for numbers. */
  readonly frame = signal<Frame | null>(null);
  readonly drawn = signal(0);
  /** Every second picture, for the network: its many edges need not move as smoothly. */
  readonly drawnNetwork = signal(0);
  readonly counted = signal(0);
  readonly perSecond = signal<number | null>(null);
  /** Milliseconds that drawing a frame takes, on average. */
  readonly cost = signal<number | null>(null);

  #pending: Frame[] = [];
  #scheduled = false;
  #lastNumbers = 0;
  #times: number[] = [];
  #cost = 0;

  /** `isCurrent` says whether a frame is of the network and the data that are shown. */
  constructor(
    readonly isCurrent: (frame: Frame) => boolean,
    readonly acknowledge: (frame: number) => void,
  ) {}

  queue(frame: Frame): void {
    this.#pending.push(frame);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A hidden page draws nothing, but it must go on acknowledging.
    if (document.hidden) window.setTimeout(() => this.#draw(), 500);
    else requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#scheduled = false;
    const frames = this.#pending;
    this.#pending = [];
    const last = frames[frames.length - 1];
    if (last === undefined) return;
    const start = performance.now();
    const current = frames.filter(this.isCurrent);
    for (const frame of current) this.picture.take(frame);
    if (current.length > 0) {
      const due = start - this.#lastNumbers >= NUMBERS_MS || !last.playing;
      batch(() => {
        this.drawn.value += 1;
        if (!last.playing || this.drawn.value % 2 === 0) this.drawnNetwork.value += 1;
        if (!due) return;
        this.frame.value = current[current.length - 1]!;
        this.counted.value += 1;
        this.#lastNumbers = start;
        this.#measure(start);
      });
    }
    this.acknowledge(last.number);
    this.#times.push(start);
    const cost = performance.now() - start;
    this.#cost = this.#cost === 0 ? cost : 0.9 * this.#cost + 0.1 * cost;
  }

  #measure(now: number): void {
    this.#times = this.#times.filter((time) => now - time <= 1000);
    this.perSecond.value = this.#times.length;
    this.cost.value = this.#cost;
  }
}
