/** A canvas with as many pixels as the screen has, whatever the zoom. */

export interface Surface {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

export function surface(canvas: HTMLCanvasElement): Surface | null {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0 || height === 0) return null;
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

const spare = new Map<string, HTMLCanvasElement>();

/** Pixels as 32-bit words: a canvas of w x h, the first row at the top. It is used again. */
export function imageOf(w: number, h: number, wordAt: (k: number) => number): HTMLCanvasElement {
  const key = `${w}x${h}`;
  let canvas = spare.get(key);
  if (canvas === undefined) {
    canvas = document.createElement("canvas");
    canvas.width = w;
    canvas.height = h;
    spare.set(key, canvas);
  }
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(w, h);
  const words = new Uint32Array(image.data.buffer);
  for (let k = 0; k < w * h; k++) words[k] = wordAt(k);
  context.putImageData(image, 0, 0);
  return canvas;
}

export function bytesToImage(
  bytes: Uint8Array,
  w: number,
  h: number,
  table: Uint32Array,
): HTMLCanvasElement {
  return imageOf(w, h, (k) => table[bytes[k]!]!);
}

export function font(size: number, weight = 400): string {
  return `${weight} ${size}px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif`;
}
