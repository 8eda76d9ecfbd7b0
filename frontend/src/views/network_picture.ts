/** What the picture of the network shows, from the newest numbers. */

import type { Hit, Layout } from "../draw/network_layout";
import type { NetworkPicture } from "../draw/network";
import type { Graph } from "../state/graph";
import type { Playground } from "../state/playground";
import { Kind } from "../transport/frame";

export function biasOf(graph: Graph, column: number, unit: number): number | null {
  const found = graph.biases.find((bias) => bias.column === column && bias.unit === unit);
  return found?.index ?? null;
}

export function parameterOf(graph: Graph, hit: Hit): number | null {
  if (hit.kind === "edge") return hit.edge.index;
  return hit.kind === "bias" ? biasOf(graph, hit.column, hit.unit) : null;
}

/** What is chosen in the explain panel, as a place in the picture. */
function chosenHit(playground: Playground, graph: Graph): Hit | null {
  const chosen = playground.chosen.value;
  if (chosen === null) return null;
  if (chosen.kind === "unit") {
    const at = graph.unitAt.get(chosen.name);
    return at === undefined ? null : { kind: "unit", ...at };
  }
  const index = graph.indexOf.get(chosen.name);
  const edge = graph.edges.find((e) => e.index === index);
  if (edge !== undefined) return { kind: "edge", edge };
  const bias = graph.biases.find((b) => b.index === index);
  return bias === undefined ? null : { kind: "bias", column: bias.column, unit: bias.unit };
}

export function pictureOf(
  playground: Playground,
  graph: Graph,
  layout: Layout,
  hovered: Hit | null,
): NetworkPicture {
  const { picture } = playground;
  const gradients = playground.edgesShow.value === "gradients";
  const lit = new Set<number>();
  for (const name of playground.lit.value) {
    const index = graph.indexOf.get(name);
    if (index !== undefined) lit.add(index);
  }
  const dead = picture.section(Kind.deadUnits)?.values;
  const deadBefore = (column: number) =>
    graph.columns.slice(1, column).reduce((sum, c) => sum + c.names.length, 0);
  const data = playground.data.value;
  const numbers = gradients ? picture.gradient() : picture.parameters();
  return {
    layout,
    columns: graph.columns,
    edges: graph.edges,
    biases: graph.biases,
    numbers,
    strengths: gradients ? scaled(numbers) : numbers,
    lit: lit.size > 0 ? lit : null,
    hovered,
    chosen: chosenHit(playground, graph),
    map: (column, unit) => {
      if (column === 0) return inputMap(unit, playground.axes.value, data?.inputs.length ?? 0);
      const section = picture.section(Kind.unitMaps, 0, graph.columns[column]!.layer);
      if (section === null) return null;
      const [, h, w] = section.shape;
      const bytes = section.values as Uint8Array;
      return { bytes: bytes.subarray(unit * h * w, (unit + 1) * h * w), w, h };
    },
    curve: (column, unit) => {
      if (column === 0) return data?.inputs.length === 1 ? RISING : null;
      const section = picture.section(Kind.unitCurves, 0, graph.columns[column]!.layer);
      if (section === null) return null;
      const points = section.shape[1];
      return (section.values as Float32Array).subarray(unit * points, (unit + 1) * points);
    },
    activity: (column, unit) =>
      column === 0
        ? (picture.doubles(Kind.rowInputs)?.[unit] ?? null)
        : (picture.doubles(Kind.activations, 0, graph.columns[column]!.layer)?.[unit] ?? null),
    problem: (column, unit) =>
      column > 0 && dead?.[deadBefore(column) + unit] === 1 ? "dead" : null,
  };
}

const RISING = Float32Array.from({ length: 2 }, (_, k) => 2 * k - 1);
const SIDE = 16;
const ACROSS = Uint8Array.from({ length: SIDE * SIDE }, (_, k) => ((k % SIDE) / (SIDE - 1)) * 255);
const UPWARD = Uint8Array.from(
  { length: SIDE * SIDE },
  (_, k) => (1 - Math.floor(k / SIDE) / (SIDE - 1)) * 255,
);

/** An input rises along its own axis of the boundary; one that is on no axis has no map. */
function inputMap(unit: number, axes: readonly number[], inputs: number) {
  if (inputs < 2) return null;
  if (unit === axes[0]) return { bytes: ACROSS, w: SIDE, h: SIDE };
  if (unit === axes[1]) return { bytes: UPWARD, w: SIDE, h: SIDE };
  return null;
}

/** Gradients are small: relative to the largest, three wide. */
function scaled(gradient: Float64Array | null): Float64Array | null {
  if (gradient === null) return null;
  let largest = 0;
  for (const value of gradient) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest === 0 ? gradient : gradient.map((value) => (3 * value) / largest);
}
