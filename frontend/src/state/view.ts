/** What a page asks the server to draw. */

import type { View } from "../transport/protocol";

/** With two inputs the answer is a map over two axes, with one a curve. */
export function viewOf(
  inputs: number,
  axes: [number, number],
  mapSide: number,
  row: number | null,
  path: [string, string] | null,
): View {
  const two = inputs >= 2;
  return {
    boundary: two ? 100 : 128,
    units: two ? mapSide : 48,
    axes: two ? axes : [0],
    row,
    gradients: row === null ? "batch" : "row",
    curves: true,
    health: true,
    predictions: false,
    path,
    rate: 60,
  };
}
