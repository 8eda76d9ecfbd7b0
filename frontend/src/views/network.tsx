/** The network: a map in every unit, weights as edges, biases below; pointing, choosing, editing. */

import { useMemo, useRef, useState } from "preact/hooks";
import { palette } from "../draw/color";
import { Layer } from "../draw/layer";
import { drawNetwork } from "../draw/network";
import { hitOf, place, type Hit, type Layout } from "../draw/network_layout";
import { full, short } from "../draw/number";
import type { Graph } from "../state/graph";
import type { Playground } from "../state/playground";
import { usePlayground } from "./context";
import { EditWeight } from "./edit_weight";
import { FormulasSwitch, NetworkFormulas } from "./formulas";
import { useDrawing } from "./hooks";
import { LayerHeaders } from "./layers";
import { biasOf, parameterOf, pictureOf } from "./network_picture";
import { Tip, UnitButtons } from "./network_spots";
import { PictureFrame, type Table } from "./picture";

export function NetworkView() {
  const playground = usePlayground();
  const graph = playground.graph.value;
  const network = playground.network.value;
  const layout = useRef<Layout | null>(null);
  const names = useMemo(() => new Layer(), []);
  const [hit, setHit] = useState<{ hit: Hit; x: number; y: number } | null>(null);
  const [editing, setEditing] = useState<{ name: string; x: number; y: number } | null>(null);
  const [boxes, setBoxes] = useState<Layout | null>(null);

  const canvas = useDrawing(
    (target) => {
      playground.drawnNetwork.value;
      playground.shownTheme.value;
      const now = playground.graph.value;
      if (now === null) return;
      const placed = place(now.columns, target.width, target.height);
      const before = layout.current;
      layout.current = placed;
      if (before === null || !sameLayout(before, placed)) {
        setBoxes(placed);
        playground.mapSide.value = sideOf(placed);
      }
      drawNetwork(target.context, palette(), pictureOf(playground, now, placed, hit?.hit ?? null), names);
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
      tools={
        <>
          <EdgeSwitch />
          {playground.more.value && <FormulasSwitch />}
        </>
      }
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
          <Tip
            playground={playground}
            graph={graph}
            width={boxes?.width ?? 0}
            height={boxes?.height ?? 0}
            {...hit}
          />
        )}
        {editing !== null && (
          <EditWeight
            name={editing.name}
            style={{ left: `${Math.max(4, editing.x - 80)}px`, top: `${editing.y + 10}px` }}
            close={() => setEditing(null)}
          />
        )}
      </div>
      {playground.more.value && <NetworkFormulas />}
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

function choose(playground: Playground, graph: Graph, hit: Hit | null): void {
  const network = playground.network.value;
  if (hit === null || network === null) return;
  const index = parameterOf(graph, hit);
  if (index !== null) playground.choose({ kind: "weight", name: network.names[index]! });
  else if (hit.kind === "unit" && hit.column > 0) {
    playground.choose({ kind: "unit", name: graph.columns[hit.column]!.names[hit.unit]! });
  }
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
