/** Points drawn by hand: each click is sent as the whole set of points. */

import type { Playground } from "../state/playground";
import type { DataEvent, Settings } from "../transport/protocol";

/** Two classes in a plane, or one quantity over one input. */
export function canBeDrawn(data: DataEvent): boolean {
  return data.inputs.length === (data.task === "binary" ? 2 : 1) && data.task !== "classes";
}

function pointsOf(data: DataEvent): number[][] {
  return [data.training, data.validation].flatMap((rows) =>
    rows.X.map((x, k) => [...x, rows.y[k]!]),
  );
}

/** The change of the points that is under way. */
let last: Promise<void> = Promise.resolve();

/** One change after the other, since each begins from the points that the one before left. */
function inTurn(change: () => Promise<void>): Promise<void> {
  const turn = last.then(change);
  last = turn.catch(() => undefined);
  return turn;
}

/** Goes over from the data that is shown to points drawn by hand: the same points, to begin with. */
export function beginDrawing(playground: Playground, data: DataEvent): Promise<void> {
  return inTurn(() => sendPoints(playground, pointsOf(data)));
}

async function sendPoints(playground: Playground, points: number[][]): Promise<void> {
  const value = await playground.ask<{ settings: Settings }>("points", { points }, "data.points");
  if (value !== null) playground.settings.value = value.settings;
}

/** Draws a point of the brush's class where the person clicked, or erases those near it. */
export function drawOrErase(
  playground: Playground,
  data: DataEvent,
  x: number,
  y: number,
  reach: number,
): Promise<void> {
  const brush = playground.brush.value;
  if (brush === null) return Promise.resolve();
  return inTurn(() => change(playground, brush, data, x, y, reach));
}

async function change(
  playground: Playground,
  brush: { y: number; erase: boolean },
  data: DataEvent,
  x: number,
  y: number,
  reach: number,
): Promise<void> {
  const plane = data.inputs.length >= 2;
  const drawn = playground.settings.value?.data.kind === "points";
  const points = drawn ? (playground.settings.value?.data.points ?? []) : pointsOf(data);
  if (!brush.erase) {
    await sendPoints(playground, [...points, plane ? [x, y, brush.y] : [x, y]]);
    return;
  }
  const ratio = plane
    ? (data.inputs[0]!.high - data.inputs[0]!.low) / (data.inputs[1]!.high - data.inputs[1]!.low)
    : (data.inputs[0]!.high - data.inputs[0]!.low) / (data.outputs[0]!.high - data.outputs[0]!.low || 1);
  const kept = points.filter((p) => Math.hypot(p[0]! - x, (p[1]! - y) * ratio) > reach);
  if (kept.length < points.length) await sendPoints(playground, kept);
}
