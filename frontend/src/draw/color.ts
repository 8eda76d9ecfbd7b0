/** Colours of values: blue positive, orange negative, the ground in between. */

export interface Palette {
  readonly ground: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly positive: string;
  readonly negative: string;
  readonly validation: string;
  readonly accent: string;
  readonly halo: string;
  /** Paler: points lie on it. */
  readonly pale: Uint32Array;
  /** From small (0) to large (255): cividis, as the library's pictures have it. */
  readonly sequential: Uint32Array;
  /** 256 colours as 32-bit words of an ImageData, from -1 (0) over 0 (127.5) to 1 (255). */
  readonly diverging: Uint32Array;
}

type Rgb = readonly [number, number, number];

export function parseHex(hex: string): Rgb {
  // A build shortens #ffffff to #fff.
  const long = hex.trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(long);
  if (match === null) throw new Error(`not a colour in hexadecimal digits: ${hex}`);
  return [parseInt(match[1]!, 16), parseInt(match[2]!, 16), parseInt(match[3]!, 16)];
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map((k) => from[k]! + (to[k]! - from[k]!) * share) as unknown as Rgb;
}

// Nuñez, Anderton & Renslow 2018, at five places.
const CIVIDIS = ["#00224e", "#434e6c", "#7d7c78", "#bcae6c", "#fee838"];

/** Canvases are little-endian wherever browsers run. */
function word(color: Rgb): number {
  const [r, g, b] = color.map(Math.round);
  return ((255 << 24) | (b! << 16) | (g! << 8) | r!) >>> 0;
}

/** 256 words from one colour (0) towards another (255). */
export function ramp(from: string, to: string, strength: number): Uint32Array {
  const [a, b] = [parseHex(from), parseHex(to)];
  return Uint32Array.from({ length: 256 }, (_, i) => word(mix(a, b, (strength * i) / 255)));
}

export function sequentialTable(): Uint32Array {
  const anchors = CIVIDIS.map(parseHex);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (anchors.length - 1);
    const k = Math.min(Math.floor(place), anchors.length - 2);
    return word(mix(anchors[k]!, anchors[k + 1]!, place - k));
  });
}

/** One 32-bit word a step; `strength` is the share of the full colour at the ends. */
export function divergingTable(
  negative: string,
  zero: string,
  positive: string,
  strength = 1,
): Uint32Array {
  const table = new Uint32Array(256);
  const [low, middle, high] = [parseHex(negative), parseHex(zero), parseHex(positive)];
  for (let i = 0; i < 256; i++) {
    const t = (i - 127.5) / 127.5;
    table[i] = word(mix(middle, t < 0 ? low : high, strength * Math.abs(t) ** 0.8));
  }
  return table;
}

let cached: { theme: string; palette: Palette } | null = null;

export function palette(): Palette {
  const theme = document.documentElement.dataset["theme"] ?? "light";
  if (cached?.theme === theme) return cached.palette;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const result: Palette = {
    ground: read("ground"),
    text: read("text"),
    muted: read("muted"),
    line: read("line"),
    lineStrong: read("line-strong"),
    positive: read("positive"),
    negative: read("negative"),
    validation: read("validation"),
    accent: read("accent"),
    halo: read("halo"),
    diverging: divergingTable(read("negative"), read("zero"), read("positive")),
    pale: divergingTable(read("negative"), read("zero"), read("positive"), 0.55),
    sequential: sequentialTable(),
  };
  cached = { theme, palette: result };
  return result;
}
