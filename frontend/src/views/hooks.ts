import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { surface, type Surface } from "../draw/canvas";

/** A canvas that is drawn anew whenever a signal that the drawing reads changes, or its size. */
export function useDrawing(
  draw: (surface: Surface) => void,
  dependencies: readonly unknown[] = [],
): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement | null>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => {
      const target = surface(element);
      if (target !== null) draw(target);
    };
    const stop = effect(paint);
    const observer = new ResizeObserver(paint);
    observer.observe(element);
    return () => {
      stop();
      observer.disconnect();
    };
  }, dependencies);
  return canvas;
}

let counter = 0;

/** An id for a label and its control. */
export function useId(prefix: string): string {
  const id = useRef("");
  if (id.current === "") id.current = `${prefix}-${++counter}`;
  return id.current;
}
