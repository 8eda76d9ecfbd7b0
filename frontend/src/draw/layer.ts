/** A part of a drawing that stays as it is while the rest changes with every frame. */

import type { Pen } from "./pen";

function isOnCanvas(pen: Pen): pen is CanvasRenderingContext2D {
  return "canvas" in pen;
}

/** Many points, or names, take longer to draw than all that changes: they are drawn once, and copied. */
export class Layer {
  #copy: HTMLCanvasElement | null = null;
  #made: readonly unknown[] = [];

  /** On a canvas by way of the copy, on another pen at once; `of` is what the drawing shows. */
  draw(pen: Pen, of: readonly unknown[], paint: (pen: Pen) => void): void {
    if (!isOnCanvas(pen)) {
      paint(pen);
      return;
    }
    const { width, height } = pen.canvas;
    const transform = pen.getTransform();
    const made = [width, height, transform.a, ...of];
    if (this.#copy === null || made.some((value, k) => value !== this.#made[k])) {
      const copy = this.#copy ?? document.createElement("canvas");
      copy.width = width; // which clears it
      copy.height = height;
      const context = copy.getContext("2d")!;
      context.setTransform(transform);
      paint(context);
      [this.#copy, this.#made] = [copy, made];
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.#copy, 0, 0);
    pen.setTransform(transform);
  }
}
