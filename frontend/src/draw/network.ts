/** A network as boxes and edges: how they are drawn. */

import { bytesToImage, font } from "./canvas";
import type { Palette } from "./color";
import { Layer } from "./layer";
import {
  BIAS,
  biasBox,
  curveOf,
  edgeWidth,
  pointOf,
  type Bias,
  type Box,
  type Column,
  type Edge,
  type Hit,
  type Layout,
} from "./network_layout";
import { brief } from "./number";
import type { Pen } from "./pen";

/** Edges that all have their numbers. */
const FEW = 12;

export interface NetworkPicture {
  readonly layout: Layout;
  readonly columns: readonly Column[];
  readonly edges: readonly Edge[];
  readonly biases: readonly Bias[];
  /** Weights or gradients, whichever the edges show. */
  readonly numbers: Float64Array | null;
  /** How wide and of which sign an edge is: the numbers, scaled where these are gradients. */
  readonly strengths: Float64Array | null;
  /** One map a unit, bytes of a square; null where there is none. */
  readonly map: (column: number, unit: number) => { bytes: Uint8Array; w: number; h: number } | null;
  readonly curve: (column: number, unit: number) => Float32Array | null;
  readonly activity: (column: number, unit: number) => number | null;
  readonly lit: ReadonlySet<number> | null;
  readonly chosen: Hit | null;
  readonly hovered: Hit | null;
  readonly problem: (column: number, unit: number) => string | null;
}

function samePlace(hit: Hit | null, kind: Hit["kind"], column: number, unit: number): boolean {
  return hit !== null && hit.kind === kind && hit.kind !== "edge"
    ? hit.column === column && hit.unit === unit
    : false;
}

export function drawNetwork(
  pen: Pen,
  colors: Palette,
  picture: NetworkPicture,
  names = new Layer(),
): void {
  const { layout, edges, numbers, strengths } = picture;
  for (const edge of edges) drawEdge(pen, colors, picture, edge, false);
  for (const edge of edges) {
    const hot =
      (picture.hovered?.kind === "edge" && picture.hovered.edge.index === edge.index) ||
      (picture.chosen?.kind === "edge" && picture.chosen.edge.index === edge.index) ||
      picture.lit?.has(edge.index);
    if (hot) drawEdge(pen, colors, picture, edge, true);
  }
  const biasAt = new Map(picture.biases.map((bias) => [`${bias.column}.${bias.unit}`, bias.index]));
  layout.columns.forEach((boxes, column) => {
    boxes.forEach((box, unit) => {
      drawUnit(pen, colors, picture, box, column, unit);
      const index = biasAt.get(`${column}.${unit}`);
      if (index === undefined) return;
      const hot =
        samePlace(picture.hovered, "bias", column, unit) ||
        samePlace(picture.chosen, "bias", column, unit) ||
        (picture.lit?.has(index) ?? false);
      drawBias(pen, colors, box, strengths?.[index] ?? null, hot);
      const value = numbers?.[index] ?? null;
      const below = boxes[unit + 1]?.y ?? layout.height;
      if (value !== null && (hot || edges.length <= FEW)) drawBiasNumber(pen, colors, box, below, value);
    });
    const more = layout.hidden[column]!;
    const last = boxes[boxes.length - 1];
    if (more > 0 && last !== undefined) {
      pen.fillStyle = colors.muted;
      pen.font = font(11);
      pen.textAlign = "center";
      pen.textBaseline = "top";
      pen.fillText(`+ ${more} more`, last.x + last.size / 2, last.y + last.size + BIAS + 4);
    }
  });
  names.draw(pen, [colors, picture.columns], (still) => {
    layout.columns.forEach((boxes, column) => {
      boxes.forEach((box, unit) => drawName(still, colors, box, picture.columns[column]!.names[unit] ?? ""));
    });
  });
  drawLabels(pen, colors, picture);
}

function drawEdge(pen: Pen, colors: Palette, picture: NetworkPicture, edge: Edge, hot: boolean): void {
  const curve = curveOf(picture.layout, edge);
  if (curve === null) return;
  const value = picture.strengths?.[edge.index];
  const n = picture.edges.length;
  const middle = (curve.x0 + curve.x1) / 2;
  const dimmed = picture.lit !== null && picture.lit.size > 0 && !hot;
  const trace = () => {
    pen.beginPath();
    pen.moveTo(curve.x0, curve.y0);
    pen.bezierCurveTo(middle, curve.y0, middle, curve.y1, curve.x1, curve.y1);
    pen.stroke();
  };
  pen.lineCap = "butt";
  if (hot) {
    pen.setLineDash([]);
    pen.strokeStyle = colors.text;
    pen.lineWidth = edgeWidth(value ?? 0, n) + 4;
    trace();
    pen.strokeStyle = colors.halo;
    pen.lineWidth = edgeWidth(value ?? 0, n) + 1.5;
    trace();
  }
  if (value === undefined || !Number.isFinite(value)) {
    pen.strokeStyle = colors.line;
    pen.lineWidth = 1;
  } else {
    pen.strokeStyle = value < 0 ? colors.negative : colors.positive;
    pen.lineWidth = edgeWidth(value, n);
    pen.setLineDash(value < 0 ? [6, 4] : []);
  }
  pen.globalAlpha = dimmed ? 0.22 : 1;
  trace();
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}

/** Numbers on the edges, where there is room for them: few edges, or the ones that are lit. */
function drawLabels(pen: Pen, colors: Palette, picture: NetworkPicture): void {
  const { edges, numbers, layout } = picture;
  if (numbers === null) return;
  const few = edges.length <= FEW;
  const target: (edge: Edge) => boolean = (edge) =>
    few ||
    (picture.hovered?.kind === "edge" && picture.hovered.edge.index === edge.index) ||
    (picture.chosen?.kind === "edge" && picture.chosen.edge.index === edge.index) ||
    (picture.lit?.has(edge.index) ?? false);
  pen.font = font(11, 600);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const edge of edges) {
    if (!target(edge)) continue;
    const curve = curveOf(layout, edge);
    const value = numbers[edge.index];
    if (curve === null || value === undefined) continue;
    const text = brief(value);
    // Edges into one unit end together and begin apart: labels stand nearer to the beginning.
    const [x, y] = pointOf(curve, 0.3);
    const half = pen.measureText(text).width / 2 + 3;
    pen.fillStyle = colors.halo;
    pen.globalAlpha = 0.86;
    pen.fillRect(x - half, y - 8, 2 * half, 16);
    pen.globalAlpha = 1;
    pen.fillStyle = colors.text;
    pen.fillText(text, x, y + 0.5);
  }
}

function drawUnit(
  pen: Pen,
  colors: Palette,
  picture: NetworkPicture,
  box: Box,
  column: number,
  unit: number,
): void {
  const map = picture.map(column, unit);
  const hot =
    samePlace(picture.hovered, "unit", column, unit) || samePlace(picture.chosen, "unit", column, unit);
  pen.fillStyle = colors.ground;
  pen.fillRect(box.x, box.y, box.size, box.size);
  if (map !== null) {
    pen.imageSmoothingEnabled = true;
    pen.drawImage(bytesToImage(map.bytes, map.w, map.h, colors.diverging), box.x, box.y, box.size, box.size);
  } else {
    const curve = picture.curve(column, unit);
    if (curve !== null && curve.length > 1) drawSmallCurve(pen, colors, box, curve);
    else drawActivity(pen, colors, box, picture.activity(column, unit));
  }
  const problem = picture.problem(column, unit);
  pen.setLineDash(problem === null ? [] : [3, 2]);
  pen.strokeStyle = hot ? colors.text : colors.lineStrong;
  pen.lineWidth = hot ? 3 : 1.25;
  pen.strokeRect(box.x, box.y, box.size, box.size);
  pen.setLineDash([]);
}

function drawName(pen: Pen, colors: Palette, box: Box, unit: string): void {
  if (box.size < 22) return;
  pen.font = font(10, 600);
  const name = fitting(pen, unit, box.size - 6);
  pen.textAlign = "left";
  pen.textBaseline = "top";
  const width = pen.measureText(name).width + 4;
  pen.globalAlpha = 0.8;
  pen.fillStyle = colors.halo;
  pen.fillRect(box.x + 1, box.y + 1, Math.min(width, box.size - 2), 12);
  pen.globalAlpha = 1;
  pen.fillStyle = colors.text;
  pen.fillText(name, box.x + 3, box.y + 2);
}

/** As much of a text as fits. */
function fitting(pen: Pen, text: string, width: number): string {
  if (pen.measureText(text).width <= width) return text;
  let n = text.length - 1;
  while (n > 1 && pen.measureText(`${text.slice(0, n)}\u2026`).width > width) n--;
  return `${text.slice(0, n)}\u2026`;
}

function drawSmallCurve(pen: Pen, colors: Palette, box: Box, curve: Float32Array): void {
  let largest = 1e-9;
  for (const value of curve) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const middle = box.y + box.size / 2;
  pen.strokeStyle = colors.line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(box.x, middle);
  pen.lineTo(box.x + box.size, middle);
  pen.stroke();
  pen.strokeStyle = colors.positive;
  pen.lineWidth = 2;
  pen.beginPath();
  let open = false;
  curve.forEach((value, k) => {
    if (!Number.isFinite(value)) {
      open = false;
      return;
    }
    const x = box.x + (k / (curve.length - 1)) * box.size;
    const y = middle - (value / largest) * box.size * 0.42;
    if (open) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    open = true;
  });
  pen.stroke();
}

function drawActivity(pen: Pen, colors: Palette, box: Box, value: number | null): void {
  if (value === null) return;
  const size = Math.min(1, Math.abs(value)) * (box.size - 8);
  pen.fillStyle = value < 0 ? colors.negative : colors.positive;
  pen.fillRect(box.x + 4, box.y + box.size - 4 - size, box.size - 8, size);
}

/** The bias as a number below its bar, where there is room. */
function drawBiasNumber(pen: Pen, colors: Palette, box: Box, below: number, value: number): void {
  const bar = biasBox(box);
  const top = bar.y + bar.height + 2;
  if (top + 11 > below || !Number.isFinite(value)) return;
  pen.font = font(11, 600);
  pen.textAlign = "center";
  pen.textBaseline = "top";
  pen.fillStyle = colors.text;
  pen.fillText(brief(value), bar.x + bar.width / 2, top);
}

function drawBias(pen: Pen, colors: Palette, box: Box, value: number | null, hot: boolean): void {
  const bar = biasBox(box);
  const middle = bar.x + bar.width / 2;
  pen.fillStyle = colors.ground;
  pen.fillRect(bar.x, bar.y, bar.width, bar.height);
  if (value !== null && Number.isFinite(value)) {
    const length = (Math.min(1, Math.log1p(Math.abs(value)) / 2) * bar.width) / 2;
    pen.fillStyle = value < 0 ? colors.negative : colors.positive;
    pen.fillRect(value < 0 ? middle - length : middle, bar.y + 1, length, bar.height - 2);
  }
  pen.strokeStyle = hot ? colors.text : colors.line;
  pen.lineWidth = hot ? 2 : 1;
  pen.strokeRect(bar.x, bar.y, bar.width, bar.height);
  pen.strokeStyle = colors.lineStrong;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(middle, bar.y);
  pen.lineTo(middle, bar.y + bar.height);
  pen.stroke();
}
