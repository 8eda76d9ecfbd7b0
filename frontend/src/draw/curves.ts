/** Loss and metric curves: train beside validation, the other run and left branches behind. */

import { decades, grownEnd, linear, logarithmic, tickLabel, ticks, type Scale } from "./axes";
import { font } from "./canvas";
import type { Palette } from "./color";
import { short } from "./number";
import type { Pen } from "./pen";

export interface Line {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly color: string;
  readonly dash: number[];
  readonly width: number;
}

export interface CurvePicture {
  readonly lines: readonly Line[];
  readonly logarithmic: boolean;
  readonly xName: string;
  readonly yName: string;
  /** Where the training stands. */
  readonly now: number | null;
  /** Where the pointer is, in pixels. */
  readonly pointer: number | null;
}

const LEFT = 46;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 30;

/** The first place of a sorted list that is not below the value. */
export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function nearest(line: Line, x: number): number | null {
  if (line.x.length === 0) return null;
  const at = Math.min(lowerBound(line.x, x), line.x.length - 1);
  if (at > 0 && x - line.x[at - 1]! < line.x[at]! - x) return at - 1;
  return at;
}

function scales(picture: CurvePicture, width: number, height: number): [Scale, Scale] {
  let last = 1;
  let low = Infinity;
  let high = -Infinity;
  let smallest = Infinity;
  for (const line of picture.lines) {
    if (line.x.length > 0) last = Math.max(last, line.x[line.x.length - 1]!);
    for (let k = 0; k < line.y.length; k++) {
      const value = line.y[k]!;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
      if (value > 0) smallest = Math.min(smallest, value);
    }
  }
  const x = linear(0, grownEnd(last), LEFT, width - RIGHT);
  const [bottom, top] = [height - BOTTOM, TOP];
  if (!Number.isFinite(high)) return [x, linear(0, 1, bottom, top)];
  if (picture.logarithmic && Number.isFinite(smallest)) {
    const from = 10 ** Math.floor(Math.log10(Math.max(smallest, high * 1e-12)) - 1e-9);
    const to = 10 ** Math.ceil(Math.log10(high) + 1e-9);
    return [x, logarithmic(from, to > from ? to : from * 10, bottom, top)];
  }
  return [x, linear(Math.min(0, low < 0 ? -grownEnd(-low) : 0), grownEnd(high), bottom, top)];
}

/** Draws the curves; gives what lies under the pointer. */
export function drawCurves(
  pen: Pen,
  colors: Palette,
  picture: CurvePicture,
  width: number,
  height: number,
): string {
  const [x, y] = scales(picture, width, height);
  const isLog = picture.logarithmic && y.from > 0;
  const marks = isLog ? decades(y.from, y.to, 5) : ticks(y.from, y.to, 4);
  pen.font = font(10.5);
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.strokeStyle = colors.line;
  pen.fillStyle = colors.muted;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const mark of marks) {
    const at = Math.round(y.at(mark)) + 0.5;
    pen.beginPath();
    pen.moveTo(LEFT, at);
    pen.lineTo(width - RIGHT, at);
    pen.stroke();
    pen.fillText(tickLabel(mark), LEFT - 5, at);
  }
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const mark of ticks(x.from, x.to, 4)) {
    if (mark % 1 !== 0) continue;
    const at = x.at(mark);
    pen.textAlign = at > width - 24 ? "right" : "center";
    pen.fillText(tickLabel(mark), at > width - 24 ? width - 2 : at, height - BOTTOM + 4);
  }
  pen.textAlign = "center";
  pen.fillText(picture.xName, (LEFT + width - RIGHT) / 2, height - 13);
  for (const line of picture.lines) drawLine(pen, line, x, y, isLog);
  if (picture.now !== null) mark(pen, colors.lineStrong, x.at(picture.now), height, [2, 3]);
  if (picture.pointer === null || picture.pointer < LEFT) return "";
  const at = x.value(Math.min(picture.pointer, width - RIGHT));
  mark(pen, colors.text, x.at(at), height, []);
  const said: string[] = [];
  let place: number | null = null;
  for (const line of picture.lines) {
    const k = nearest(line, at);
    if (k === null) continue;
    place ??= line.x[k]!;
    const value = line.y[k]!;
    said.push(`${line.name} ${short(value)}`);
    if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
    pen.fillStyle = line.color;
    pen.beginPath();
    pen.arc(x.at(line.x[k]!), y.at(isLog ? Math.max(value, y.from) : value), 3.5, 0, 2 * Math.PI);
    pen.fill();
  }
  return place === null ? "" : `${picture.xName} ${place}: ${said.join(", ")}`;
}

function mark(pen: Pen, color: string, x: number, height: number, dash: number[]): void {
  pen.strokeStyle = color;
  pen.lineWidth = 1;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(x, TOP);
  pen.lineTo(x, height - BOTTOM);
  pen.stroke();
  pen.setLineDash([]);
}

/** At most about three points a pixel: a long curve is as cheap as a short one. */
function drawLine(pen: Pen, line: Line, x: Scale, y: Scale, isLog: boolean): void {
  pen.strokeStyle = line.color;
  pen.lineWidth = line.width;
  pen.setLineDash(line.dash);
  pen.beginPath();
  const step = Math.max(1, Math.floor(line.x.length / 1500));
  let drawn = 0;
  let [px, py] = [0, 0];
  for (let k = 0; k < line.x.length; k += step) {
    const value = line.y[k]!;
    // Not every point has every number: the line joins those that were computed.
    if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
    [px, py] = [x.at(line.x[k]!), y.at(isLog ? Math.max(value, y.from) : value)];
    if (drawn > 0) pen.lineTo(px, py);
    else pen.moveTo(px, py);
    drawn += 1;
  }
  pen.stroke();
  pen.setLineDash([]);
  if (drawn === 1) {
    pen.fillStyle = line.color;
    pen.beginPath();
    pen.arc(px, py, 3, 0, 2 * Math.PI);
    pen.fill();
  }
}
