/** The cost over two weights, with the path that the training has walked. */

import { useEffect, useState } from "preact/hooks";
import { palette, type Palette } from "../draw/color";
import { short } from "../draw/number";
import type { Pen } from "../draw/pen";
import { drawAxes, drawCurve, drawLevel, drawMap, frameOf } from "../draw/plane";
import type { Playground } from "../state/playground";
import { Kind } from "../transport/frame";
import type { SurfaceReply } from "../transport/protocol";
import { usePlayground } from "./context";
import { FaultText } from "./field";
import { useDrawing } from "./hooks";
import { PictureFrame } from "./picture";

export function SurfaceView() {
  const playground = usePlayground();
  const network = playground.network.value;
  const graph = playground.graph.value;
  const pair = playground.path.value;
  const [surface, setSurface] = useState<SurfaceReply | null>(null);
  const [busy, setBusy] = useState(false);
  const paused = playground.status.value?.playing !== true;

  const ask = async (weights: readonly [string, string]) => {
    setBusy(true);
    const reply = await playground.ask<SurfaceReply>("surface", { weights, size: 41 }, "weights");
    setBusy(false);
    if (reply !== null) setSurface(reply);
  };
  useEffect(() => {
    if (network === null || network.names.length < 2) return;
    if (pair === null) playground.path.value = [network.names[0]!, firstOther(network.names)];
    else void ask(pair);
  }, [pair?.[0], pair?.[1], network?.version, paused]);
  useEffect(
    () => () => {
      playground.path.value = null;
    },
    [],
  );

  const canvas = useDrawing(
    (target) => {
      playground.counted.value;
      playground.shownTheme.value;
      if (surface !== null) {
        drawSurface(target.context, palette(), playground, surface, target.width, target.height);
      }
    },
    [surface],
  );
  if (network === null || graph === null) return null;
  if (network.names.length < 2) return <p class="under">A surface takes two weights.</p>;
  const select = (which: 0 | 1) => (
    <select
      aria-label={which === 0 ? "Weight across" : "Weight upward"}
      value={pair?.[which] ?? ""}
      onChange={(event) => {
        if (pair === null) return;
        const next: [string, string] = [...pair];
        next[which] = event.currentTarget.value;
        if (next[0] !== next[1]) playground.path.value = next;
      }}
    >
      {network.names.map((name, k) => (
        <option key={name} value={name} selected={name === pair?.[which]}>
          {graph.label(k)}
        </option>
      ))}
    </select>
  );
  return (
    <PictureFrame
      title="Cost"
      name="surface"
      class="surface"
      canvas={() => canvas.current}
      draw={(pen, width, height) => surface && drawSurface(pen, palette(), playground, surface, width, height)}
      table={() => ({
        head: ["", ...(surface === null ? [] : axis(surface, 0, 5).map(short))],
        rows:
          surface === null
            ? []
            : axis(surface, 1, 5).map((value, r) => [
                short(value),
                ...axis(surface, 0, 5).map((_, c) =>
                  short(surface.loss[Math.round((r * (surface.size - 1)) / 4)]![Math.round((c * (surface.size - 1)) / 4)]),
                ),
              ]),
      })}
      tools={
        <span class="inline">
          {select(0)} × {select(1)}
          <button type="button" class="quiet" disabled={busy || pair === null} onClick={() => pair && void ask(pair)}>
            refresh
          </button>
        </span>
      }
    >
      <div class="canvas-holder">
        <canvas ref={canvas} role="img" aria-label={`Cost over ${pair?.join(" and ") ?? "two weights"}`} />
      </div>
      <p class="under">
        {surface === null ? "…" : `Dark: low. White: the path so far. Of update ${surface.update}.`}
      </p>
      <FaultText field="weights" />
    </PictureFrame>
  );
}

/** Beside the first weight, the bias of a neuron, or else the second weight. */
function firstOther(names: readonly string[]): string {
  return (names.length === 2 ? names[1] : (names.slice(1).find((name) => name.includes("W")) ?? names[1]))!;
}

function axis(surface: SurfaceReply, which: 0 | 1, n: number): number[] {
  const [low, high] = [surface.low[which], surface.high[which]];
  return Array.from({ length: n }, (_, k) => low + ((high - low) * k) / (n - 1));
}

function drawSurface(
  pen: Pen,
  colors: Palette,
  playground: Playground,
  surface: SurfaceReply,
  width: number,
  height: number,
): void {
  const { size } = surface;
  const frame = frameOf(
    { from: surface.low[0], to: surface.high[0] },
    { from: surface.low[1], to: surface.high[1] },
    width,
    height,
  );
  // The first row of the reply is the lowest value; pictures begin at the top.
  const losses = [...surface.loss].reverse().flat().map((v) => (v === null ? NaN : v));
  const finite = losses.filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  // The valley's floor is what matters: a root spreads the small losses.
  const share = (v: number) => Math.sqrt(Math.max(0, (v - low) / (high - low || 1)));
  const bytes = Uint8Array.from(losses, (v) => (Number.isFinite(v) ? Math.round(255 * share(v)) : 255));
  drawMap(pen, colors.sequential, frame, bytes, size, size);
  pen.setLineDash([]);
  pen.lineWidth = 1;
  pen.strokeStyle = "#ffffff";
  pen.globalAlpha = 0.35;
  for (let k = 1; k <= 8; k++) {
    drawLevel(pen, frame, losses, size, size, low + (high - low) * (k / 9) ** 2);
  }
  pen.globalAlpha = 1;
  const path = playground.picture.doubles(Kind.path);
  if (path !== null) {
    const n = path.length / 3;
    const x = Float64Array.from({ length: n }, (_, k) => path[3 * k + 1]!);
    const y = Float64Array.from({ length: n }, (_, k) => path[3 * k + 2]!);
    drawCurve(pen, frame, x, y, "#000000", 5);
    drawCurve(pen, frame, x, y, "#ffffff", 2.5);
  }
  const values = playground.picture.parameters();
  const graph = playground.graph.value;
  const at = surface.weights.map((name) => values?.[graph?.indexOf.get(name) ?? -1]);
  if (at[0] !== undefined && at[1] !== undefined) {
    const [x, y] = [frame.x.at(at[0]), frame.y.at(at[1])];
    if (x >= frame.left && x <= frame.left + frame.width && y >= frame.top && y <= frame.top + frame.height) {
      pen.fillStyle = "#ffffff";
      pen.strokeStyle = "#000000";
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(x, y, 5, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
    }
  }
  const label = (name: string) => graph?.label(graph.indexOf.get(name) ?? -1) ?? name;
  drawAxes(pen, colors, frame, label(surface.weights[0]), label(surface.weights[1]));
}
