/** The answer as a picture: a boundary with its points, or a fitted curve, and what it says. */

import { imageOf } from "../draw/canvas";
import { ramp, type Palette } from "../draw/color";
import { Layer } from "../draw/layer";
import { short } from "../draw/number";
import type { Pen } from "../draw/pen";
import { drawAxes, drawCurve, drawDots, drawLevel, drawMap, frameOf, type Dot, type Frame } from "../draw/plane";
import type { Playground } from "../state/playground";
import { Kind } from "../transport/frame";
import type { DataEvent, RowSet } from "../transport/protocol";

const SHAPES: Dot["shape"][] = ["square", "circle", "triangle", "diamond"];

export function isPlane(data: DataEvent): boolean {
  return data.inputs.length >= 2;
}

export function drawAnswer(
  pen: Pen,
  colors: Palette,
  playground: Playground,
  run: number,
  width: number,
  height: number,
  points = new Layer(),
): Frame | null {
  const data = playground.data.value;
  if (data === null) return null;
  return isPlane(data)
    ? drawBoundary(pen, colors, playground, data, run, width, height, points)
    : drawFit(pen, colors, playground, data, run, width, height, points);
}

function drawBoundary(
  pen: Pen,
  colors: Palette,
  playground: Playground,
  data: DataEvent,
  run: number,
  width: number,
  height: number,
  points: Layer,
): Frame {
  const axes = playground.axes.value;
  const [a, b] = [data.inputs[axes[0]]!, data.inputs[axes[1]] ?? data.inputs[0]!];
  const frame = frameOf({ from: a.low, to: a.high }, { from: b.low, to: b.high }, width, height);
  const section = playground.picture.section(Kind.boundary, run);
  if (section !== null) {
    const [outputs, h, w] = section.shape;
    const bytes = section.values as Uint8Array;
    if (outputs <= 1) {
      const middle = levelOf(data);
      const shown = centred(bytes, section.low, section.high, middle, halfSpan(data, section));
      drawMap(pen, colors.pale, frame, shown, w, h);
      pen.strokeStyle = colors.text;
      pen.lineWidth = 1.5;
      pen.setLineDash([]);
      const level = (255 * (middle - section.low)) / (section.high - section.low || 1);
      if (data.task !== "regression" && level > 0 && level < 255) drawLevel(pen, frame, bytes, w, h, level);
    } else {
      drawClasses(pen, colors, frame, bytes, outputs, w, h);
    }
  }
  points.draw(pen, [colors, data, axes, playground.row.value], (still) => {
    drawDots(still, colors, frame, [
      ...dotsOf(colors, data, data.validation, axes, true, null),
      ...dotsOf(colors, data, data.training, axes, false, playground.row.value),
    ]);
    drawAxes(still, colors, frame, titleOf(a), titleOf(b));
  });
  return frame;
}

function titleOf(input: { name: string; unit: string }): string {
  return input.unit === "" ? input.name : `${input.name} (${input.unit})`;
}

/** Where an answer changes its side: between two classes, or 0. */
function levelOf(data: DataEvent): number {
  const output = data.outputs[0];
  if (data.task === "regression" || output === undefined) return 0;
  return (output.low + output.high) / 2;
}

function halfSpan(data: DataEvent, section: { low: number; high: number }): number {
  const output = data.outputs[0];
  if (data.task !== "regression" && output !== undefined) {
    return Math.max(1e-9, (output.high - output.low) / 2);
  }
  return Math.max(Math.abs(section.low), Math.abs(section.high), 1e-9);
}

/** Bytes between low and high as bytes of colours, whose middle is the given value. */
function centred(bytes: Uint8Array, low: number, high: number, middle: number, half: number): Uint8Array {
  const table = new Uint8Array(256);
  for (let k = 0; k < 256; k++) {
    const value = low + ((high - low) * k) / 255;
    table[k] = Math.round(Math.max(0, Math.min(1, (value - middle) / (2 * half) + 0.5)) * 255);
  }
  return bytes.map((byte) => table[byte]!);
}

function classColors(colors: Palette): string[] {
  return [colors.negative, colors.positive, colors.validation, "#a4569b", "#b58900", "#56b4e9"];
}

/** Several classes: the strongest output's colour, the paler the less it outdoes the others. */
function drawClasses(
  pen: Pen,
  colors: Palette,
  frame: Frame,
  bytes: Uint8Array,
  outputs: number,
  w: number,
  h: number,
): void {
  const tables = classColors(colors).map((color) => ramp(colors.ground, color, 0.6));
  const image = imageOf(w, h, (k) => {
    let [best, most] = [0, -1];
    for (let output = 0; output < outputs; output++) {
      const value = bytes[output * w * h + k]!;
      if (value > most) [best, most] = [output, value];
    }
    return tables[best % tables.length]![most]!;
  });
  pen.imageSmoothingEnabled = true;
  pen.drawImage(image, frame.left, frame.top, frame.width, frame.height);
}

function dotsOf(
  colors: Palette,
  data: DataEvent,
  rows: RowSet,
  axes: readonly number[],
  hollow: boolean,
  ring: number | null,
): Dot[] {
  const of = classColors(colors);
  const output = data.outputs[0];
  return rows.X.map((x, k) => {
    const y = rows.y[k]!;
    const regression = data.task === "regression";
    const kind = regression ? (y < 0 ? 0 : 1) : Math.round(y);
    const grown = regression && output !== undefined && isPlane(data);
    return {
      x: x[axes[0]!]!,
      y: isPlane(data) ? x[axes[1]!]! : y,
      shape: regression ? (grown ? SHAPES[kind]! : "circle") : SHAPES[kind % SHAPES.length]!,
      fill: regression && !grown ? colors.text : of[kind % of.length]!,
      hollow,
      ring: ring === k,
    };
  });
}

function drawFit(
  pen: Pen,
  colors: Palette,
  playground: Playground,
  data: DataEvent,
  run: number,
  width: number,
  height: number,
  points: Layer,
): Frame {
  const [input, output] = [data.inputs[0]!, data.outputs[0]!];
  const margin = 0.15 * (output.high - output.low || 1);
  const y = { from: output.low - margin, to: output.high + margin };
  const frame = frameOf({ from: input.low, to: input.high }, y, width, height);
  drawAxes(pen, colors, frame, titleOf(input), output.name);
  const section = playground.picture.section(Kind.curve, run);
  if (section !== null) {
    const [outputs, points] = section.shape;
    const x = Float64Array.from(
      { length: points },
      (_, k) => section.low + ((section.high - section.low) * k) / Math.max(1, points - 1),
    );
    const of = classColors(colors);
    for (let k = 0; k < outputs; k++) {
      const values = section.values.subarray(k * points, (k + 1) * points);
      drawCurve(pen, frame, x, values, outputs > 1 ? of[k % of.length]! : colors.positive, 2.5);
    }
  }
  points.draw(pen, [colors, data, playground.row.value], (still) => {
    drawDots(still, colors, frame, [
      ...dotsOf(colors, data, data.validation, [0], true, null),
      ...dotsOf(colors, data, data.training, [0], false, playground.row.value),
    ]);
  });
  return frame;
}

export function drawCross(pen: Pen, colors: Palette, frame: Frame, at: { x: number; y: number }): void {
  if (at.x < frame.left || at.x > frame.left + frame.width) return;
  if (at.y < frame.top || at.y > frame.top + frame.height) return;
  pen.strokeStyle = colors.text;
  pen.lineWidth = 1;
  pen.globalAlpha = 0.5;
  pen.beginPath();
  pen.moveTo(at.x, frame.top);
  pen.lineTo(at.x, frame.top + frame.height);
  pen.moveTo(frame.left, at.y);
  pen.lineTo(frame.left + frame.width, at.y);
  pen.stroke();
  pen.globalAlpha = 1;
}

/** The answer under a point, in words. */
export function valueAt(playground: Playground, frame: Frame, at: { x: number; y: number }, run: number): string {
  const data = playground.data.value!;
  const [x, y] = [frame.x.value(at.x), frame.y.value(at.y)];
  if (!isPlane(data)) {
    const section = playground.picture.section(Kind.curve, run);
    if (section === null) return "";
    const points = section.shape[1];
    const share = (x - section.low) / (section.high - section.low || 1);
    const k = Math.round(Math.min(1, Math.max(0, share)) * (points - 1));
    return `${data.inputs[0]!.name} ${short(x)}: answer ${short(section.values[k])}`;
  }
  const section = playground.picture.section(Kind.boundary, run);
  if (section === null) return "";
  const [outputs, h, w] = section.shape;
  const column = Math.min(w - 1, Math.max(0, Math.floor(((at.x - frame.left) / frame.width) * w)));
  const row = Math.min(h - 1, Math.max(0, Math.floor(((at.y - frame.top) / frame.height) * h)));
  const values = Array.from({ length: outputs }, (_, k) => {
    const byte = section.values[k * w * h + row * w + column]!;
    return section.low + ((section.high - section.low) * byte) / 255;
  });
  const axes = playground.axes.value;
  const place = `${data.inputs[axes[0]]!.name} ${short(x)}, ${data.inputs[axes[1]]!.name} ${short(y)}`;
  const says = values.map((v, k) => (outputs > 1 && data.classes ? `${data.classes[k]} ${v.toFixed(2)}` : v.toFixed(2)));
  return `${place}: answer ${says.join(", ")}`;
}
