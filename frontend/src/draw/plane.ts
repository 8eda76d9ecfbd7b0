/** Two axes with something between them: a boundary, a fitted curve, a cost surface. */

import { linear, tickLabel, ticks, type Scale } from "./axes";
import { bytesToImage, font } from "./canvas";
import type { Palette } from "./color";
import type { Pen } from "./pen";

export interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

const LEFT = 38;
const BOTTOM = 30;
const RIGHT = 8;
const TOP = 8;

export function frameOf(x: Range, y: Range, width: number, height: number): Frame {
  const [w, h] = [width - LEFT - RIGHT, height - TOP - BOTTOM];
  return {
    x: linear(x.from, x.to, LEFT, LEFT + w),
    y: linear(y.from, y.to, TOP + h, TOP),
    left: LEFT,
    top: TOP,
    width: w,
    height: h,
  };
}

export function drawAxes(pen: Pen, colors: Palette, frame: Frame, xName: string, yName: string): void {
  const bottom = frame.top + frame.height;
  pen.setLineDash([]);
  pen.strokeStyle = colors.lineStrong;
  pen.lineWidth = 1;
  pen.strokeRect(frame.left, frame.top, frame.width, frame.height);
  pen.fillStyle = colors.muted;
  pen.font = font(10.5);
  pen.textBaseline = "top";
  for (const value of ticks(frame.x.from, frame.x.to, 5)) {
    pen.textAlign = "center";
    pen.fillText(tickLabel(value), frame.x.at(value), bottom + 4);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const value of ticks(frame.y.from, frame.y.to, 5)) {
    pen.fillText(tickLabel(value), frame.left - 5, frame.y.at(value));
  }
  pen.fillStyle = colors.text;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  pen.fillText(xName, frame.left + frame.width / 2, bottom + 17, frame.width);
  pen.textAlign = "left";
  pen.textBaseline = "top";
  const label = pen.measureText(yName).width + 6;
  pen.globalAlpha = 0.8;
  pen.fillStyle = colors.halo;
  pen.fillRect(frame.left + 1, frame.top + 1, Math.min(label, frame.width), 16);
  pen.globalAlpha = 1;
  pen.fillStyle = colors.text;
  pen.fillText(yName, frame.left + 4, frame.top + 3, frame.width - 8);
}

export function drawMap(
  pen: Pen,
  table: Uint32Array,
  frame: Frame,
  bytes: Uint8Array,
  w: number,
  h: number,
): void {
  pen.imageSmoothingEnabled = true;
  const image = bytesToImage(bytes, w, h, table);
  pen.drawImage(image, frame.left, frame.top, frame.width, frame.height);
}

/** The line value = level, by marching squares; the first row of values is the top one. */
export function drawLevel(
  pen: Pen,
  frame: Frame,
  values: ArrayLike<number>,
  w: number,
  h: number,
  level: number,
): void {
  const px = (column: number) => frame.left + ((column + 0.5) / w) * frame.width;
  const py = (row: number) => frame.top + ((row + 0.5) / h) * frame.height;
  pen.beginPath();
  for (let row = 0; row + 1 < h; row++) {
    for (let column = 0; column + 1 < w; column++) {
      const a = values[row * w + column]! - level;
      const b = values[row * w + column + 1]! - level;
      const c = values[(row + 1) * w + column + 1]! - level;
      const d = values[(row + 1) * w + column]! - level;
      // Most squares are on one side.
      const below = +(a < 0) + +(b < 0) + +(c < 0) + +(d < 0);
      if (below === 0 || below === 4) continue;
      const cuts: [number, number][] = [];
      if (a < 0 !== b < 0) cuts.push([px(column + a / (a - b)), py(row)]);
      if (b < 0 !== c < 0) cuts.push([px(column + 1), py(row + b / (b - c))]);
      if (d < 0 !== c < 0) cuts.push([px(column + d / (d - c)), py(row + 1)]);
      if (a < 0 !== d < 0) cuts.push([px(column), py(row + a / (a - d))]);
      for (let k = 0; k + 1 < cuts.length; k += 2) {
        pen.moveTo(...cuts[k]!);
        pen.lineTo(...cuts[k + 1]!);
      }
    }
  }
  pen.stroke();
}

export interface Dot {
  readonly x: number;
  readonly y: number;
  /** -1 to 1, or the number of a class. */
  readonly shape: "circle" | "square" | "triangle" | "diamond";
  readonly fill: string;
  readonly hollow: boolean;
  readonly ring: boolean;
}

export function drawDots(pen: Pen, colors: Palette, frame: Frame, dots: readonly Dot[]): void {
  const r = dots.length > 400 ? 2.6 : dots.length > 120 ? 3.4 : 4.6;
  for (const dot of dots) {
    const [x, y] = [frame.x.at(dot.x), frame.y.at(dot.y)];
    if (x < frame.left - 1 || x > frame.left + frame.width + 1) continue;
    if (y < frame.top - 1 || y > frame.top + frame.height + 1) continue;
    outline(pen, dot.shape, x, y, r);
    pen.fillStyle = dot.hollow ? colors.ground : dot.fill;
    pen.fill();
    pen.strokeStyle = dot.hollow ? dot.fill : colors.halo;
    pen.lineWidth = dot.hollow ? 2 : 1;
    pen.stroke();
    if (!dot.ring) continue;
    pen.strokeStyle = colors.text;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, r + 4, 0, 2 * Math.PI);
    pen.stroke();
  }
}

function outline(pen: Pen, shape: Dot["shape"], x: number, y: number, r: number): void {
  pen.beginPath();
  if (shape === "circle") {
    pen.arc(x, y, r, 0, 2 * Math.PI);
  } else if (shape === "square") {
    pen.rect(x - r * 0.9, y - r * 0.9, 1.8 * r, 1.8 * r);
  } else {
    const tip = shape === "diamond" ? r * 1.25 : r * 1.2;
    pen.moveTo(x, y - tip);
    pen.lineTo(x + r * 1.1, shape === "diamond" ? y : y + r * 0.8);
    if (shape === "diamond") pen.lineTo(x, y + tip);
    pen.lineTo(x - r * 1.1, shape === "diamond" ? y : y + r * 0.8);
    pen.closePath();
  }
}

export function drawCurve(
  pen: Pen,
  frame: Frame,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  color: string,
  width: number,
  dash: number[] = [],
): void {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.beginPath();
  let open = false;
  for (let k = 0; k < x.length; k++) {
    const value = y[k]!;
    const at = frame.y.at(value);
    // A value far outside would be drawn over everything else.
    if (!Number.isFinite(value) || at < frame.top - 2 || at > frame.top + frame.height + 2) {
      open = false;
      continue;
    }
    if (open) pen.lineTo(frame.x.at(x[k]!), at);
    else pen.moveTo(frame.x.at(x[k]!), at);
    open = true;
  }
  pen.stroke();
  pen.setLineDash([]);
}
