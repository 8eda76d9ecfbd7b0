/** The network: a map in every unit, weights as edges, biases below; pointing, choosing, editing. */

import { useRef, useState } from "preact/hooks";
import { palette } from "../draw/color";
import {
  biasBox,
  drawNetwork,
  hitOf,
  place,
  type Hit,
  type Layout,
  type NetworkPicture,
} from "../draw/network";
import { full, short } from "../draw/number";
import type { Graph } from "../state/graph";
import type { Playground } from "../state/playground";
import { Kind } from "../transport/frame";
import { usePlayground } from "./context";
import { EditWeight } from "./edit_weight";
import { useDrawing } from "./hooks";
import { LayerHeaders } from "./layers";
import { PictureFrame, type Table } from "./picture";

export function NetworkView() {
  const playground = usePlayground();
  const graph = playground.graph.value;
  const network = playground.network.value;
  const layout = useRef<Layout | null>(null);
  const [hit, setHit] = useState<{ hit: Hit; x: number; y: number } | null>(null);
  const [editing, setEditing] = useState<{ name: string; x: number; y: number } | null>(null);
  const [boxes, setBoxes] = useState<Layout | null>(null);

  const canvas = useDrawing(
    (target) => {
      playground.drawnNetwork.value;
      playground.theme.value;
      const now = playground.graph.value;
      if (now === null) return;
      const placed = place(now.columns, target.width, target.height);
      const before = layout.current;
      layout.current = placed;
      if (before === null || !sameLayout(before, placed)) {
        setBoxes(placed);
        playground.mapSide.value = sideOf(placed);
      }
      drawNetwork(target.context, palette(), pictureOf(playground, now, placed, hit?.hit ?? null));
    },
    [hit],
  );

  if (graph === null || network === null) return null;
  const at = (event: { offsetX: number; offsetY: number }) =>
    layout.current === null
      ? null
      : hitOf(
          layout.current,
          graph.edges,
          (c, u) => biasOf(graph, c, u) !== null,
          event.offsetX,
          event.offsetY,
        );
  const point = (found: Hit | null, x = 0, y = 0) => {
    setHit(found === null ? null : { hit: found, x, y });
    const index = found === null ? null : parameterOf(graph, found);
    playground.hoveredWeight.value = index === null ? null : (network.names[index] ?? null);
  };
  const asked =
    playground.chosen.value === null && ["explain", "edit"].includes(playground.press.value ?? "");
  const edit = (found: Hit | null, x: number, y: number) => {
    const index = found === null ? null : parameterOf(graph, found);
    if (index === null || !network.weights_editable) return;
    setEditing({ name: network.names[index]!, x, y });
  };
  const press = (found: Hit | null) => choose(playground, graph, found);

  return (
    <PictureFrame
      title="Network"
      name="network"
      class={`network ${asked ? "lit" : ""}`}
      canvas={() => canvas.current}
      draw={(pen, width, height) => {
        const placed = place(graph.columns, width, height);
        drawNetwork(pen, palette(), pictureOf(playground, graph, placed, null));
      }}
      table={() => weightsTable(playground, graph)}
      tools={<EdgeSwitch />}
    >
      <LayerHeaders layout={boxes} />
      <div class="canvas-holder">
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Network with ${network.parameters} weights and biases. Every unit is a button; the table lists all weights.`}
          class={hit === null ? "" : "pointing"}
          onPointerMove={(event) => point(at(event), event.offsetX, event.offsetY)}
          onPointerLeave={() => point(null)}
          onClick={(event) => press(at(event))}
          onDblClick={(event) => edit(at(event), event.offsetX, event.offsetY)}
        />
        {boxes !== null && (
          <UnitButtons graph={graph} layout={boxes} press={press} point={point} edit={edit} />
        )}
        {hit !== null && editing === null && (
          <Tip playground={playground} graph={graph} width={boxes?.width ?? 0} {...hit} />
        )}
        {editing !== null && (
          <EditWeight
            name={editing.name}
            style={{ left: `${Math.max(4, editing.x - 80)}px`, top: `${editing.y + 10}px` }}
            close={() => setEditing(null)}
          />
        )}
      </div>
    </PictureFrame>
  );
}

/** No map is finer than its picture. */
function sideOf(layout: Layout): number {
  const size = Math.max(0, ...layout.columns.flat().map((box) => box.size));
  return size >= 70 ? 48 : size >= 40 ? 32 : size >= 26 ? 24 : 16;
}

function sameLayout(a: Layout, b: Layout): boolean {
  return (
    a.columns.length === b.columns.length &&
    a.width === b.width &&
    a.height === b.height &&
    a.columns.every((column, c) => column.length === b.columns[c]!.length)
  );
}

function biasOf(graph: Graph, column: number, unit: number): number | null {
  const found = graph.biases.find((bias) => bias.column === column && bias.unit === unit);
  return found?.index ?? null;
}

function parameterOf(graph: Graph, hit: Hit): number | null {
  if (hit.kind === "edge") return hit.edge.index;
  return hit.kind === "bias" ? biasOf(graph, hit.column, hit.unit) : null;
}

function choose(playground: Playground, graph: Graph, hit: Hit | null): void {
  const network = playground.network.value;
  if (hit === null || network === null) return;
  const index = parameterOf(graph, hit);
  if (index !== null) playground.choose({ kind: "weight", name: network.names[index]! });
  else if (hit.kind === "unit" && hit.column > 0) {
    playground.choose({ kind: "unit", name: graph.columns[hit.column]!.names[hit.unit]! });
  }
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

function pictureOf(
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
  return {
    layout,
    columns: graph.columns,
    edges: graph.edges,
    biases: graph.biases,
    values: gradients ? scaled(picture.gradient()) : picture.parameters(),
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

function EdgeSwitch() {
  const playground = usePlayground();
  const show = playground.edgesShow.value;
  return (
    <label class="inline">
      <span>Edges</span>
      <select
        value={show}
        onChange={(event) => {
          playground.edgesShow.value = event.currentTarget.value as "weights" | "gradients";
        }}
      >
        <option value="weights">weights</option>
        <option value="gradients">gradients</option>
      </select>
    </label>
  );
}

function Tip(props: {
  playground: Playground;
  graph: Graph;
  width: number;
  hit: Hit;
  x: number;
  y: number;
}) {
  const { playground, graph, width, hit, x, y } = props;
  playground.counted.value;
  const { picture } = playground;
  const index = parameterOf(graph, hit);
  const lines: string[] = [];
  if (index !== null) {
    lines.push(`${graph.label(index)} = ${short(picture.parameters()?.[index])}`);
    lines.push(`gradient ${short(picture.gradient()?.[index]) || "–"}`);
    const editable = playground.network.value?.weights_editable === true;
    lines.push(editable ? "click: explain, double click: edit" : "click: explain");
  } else if (hit.kind === "unit") {
    const column = graph.columns[hit.column]!;
    const layer = graph.layers[hit.column];
    lines.push(column.names[hit.unit]! + (layer ? `, ${layer.activation ?? layer.kind}` : ", input"));
    const classes = playground.data.value?.classes;
    if (hit.column === graph.columns.length - 1 && classes && classes.length === column.names.length) {
      lines.push(`says ${classes[hit.unit]}`);
    }
    const a =
      hit.column === 0
        ? picture.doubles(Kind.rowInputs)?.[hit.unit]
        : picture.doubles(Kind.activations, 0, column.layer)?.[hit.unit];
    if (a !== undefined) lines.push(`value for this row ${short(a)}`);
    if (hit.column > 0) lines.push("click: explain");
  }
  const style: Record<string, string> = { top: `${y + 14}px` };
  if (x > width / 2) style["right"] = `${width - x + 14}px`;
  else style["left"] = `${x + 14}px`;
  return (
    <div class="tip" style={style}>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}

function UnitButtons(props: {
  graph: Graph;
  layout: Layout;
  press: (hit: Hit) => void;
  point: (hit: Hit | null, x?: number, y?: number) => void;
  edit: (hit: Hit, x: number, y: number) => void;
}) {
  const { graph, layout, press, point, edit } = props;
  const corner = (hit: Hit & { column: number; unit: number }): [number, number] => {
    const box = layout.columns[hit.column]![hit.unit]!;
    return [box.x + box.size - 6, box.y + box.size - 6];
  };
  const button = (hit: Hit & { column: number; unit: number }, label: string, style: Record<string, string>) => (
    <button
      key={`${hit.kind}${hit.column}.${hit.unit}`}
      type="button"
      class="spot"
      aria-label={label}
      style={style}
      onClick={() => press(hit)}
      onPointerEnter={() => point(hit, ...corner(hit))}
      onPointerLeave={() => point(null)}
      onDblClick={() => edit(hit, ...corner(hit))}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && point(hit, ...corner(hit))}
      onBlur={() => point(null)}
    />
  );
  return (
    <>
      {layout.columns.slice(1).flatMap((boxes, k) =>
        boxes.flatMap((box, unit) => {
          const column = k + 1;
          const name = graph.columns[column]!.names[unit]!;
          const bias = biasOf(graph, column, unit);
          const bar = biasBox(box);
          return [
            button({ kind: "unit", column, unit }, `Explain unit ${name}`, {
              left: `${box.x}px`,
              top: `${box.y}px`,
              width: `${box.size}px`,
              height: `${box.size}px`,
            }),
            bias === null
              ? null
              : button({ kind: "bias", column, unit }, `Explain bias ${graph.label(bias)}`, {
                  left: `${bar.x}px`,
                  top: `${bar.y - 1}px`,
                  width: `${bar.width}px`,
                  height: `${bar.height + 2}px`,
                }),
          ];
        }),
      )}
    </>
  );
}

function weightsTable(playground: Playground, graph: Graph): Table {
  playground.counted.value;
  const network = playground.network.value!;
  const { picture } = playground;
  const [values, gradient] = [picture.parameters(), picture.gradient()];
  return {
    head: ["name", "full name", "value", "gradient", ""],
    rows: network.names.map((name, k) => [
      graph.label(k),
      name,
      <span title={full(values?.[k])}>{short(values?.[k])}</span>,
      short(gradient?.[k]),
      <button
        type="button"
        class="quiet"
        aria-label={`Explain ${graph.label(k)}`}
        onClick={() => playground.choose({ kind: "weight", name })}
      >
        explain
      </button>,
    ]),
  };
}
