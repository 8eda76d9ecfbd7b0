/** Curves of loss and metric over the epochs, with the values under the pointer. */

import { useState } from "preact/hooks";
import { palette, type Palette } from "../draw/color";
import { drawCurves, type CurvePicture, type Line } from "../draw/curves";
import { short } from "../draw/number";
import type { Playground } from "../state/playground";
import { Kind } from "../transport/frame";
import { usePlayground } from "./context";
import { useDrawing } from "./hooks";
import { PictureFrame, type Table } from "./picture";

type What = "loss" | "metric";

export function CurvesView() {
  const playground = usePlayground();
  const [what, setWhat] = useState<What>("loss");
  const [isLog, setLog] = useState(true);
  const [pointer, setPointer] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const picture = (colors: Palette): CurvePicture => ({
    lines: linesOf(playground, colors, what),
    logarithmic: isLog && what === "loss",
    xName: "epoch",
    yName: what,
    now: playground.frame.value?.past === true ? playground.frame.value.epoch : null,
    pointer,
  });
  const canvas = useDrawing(
    (target) => {
      playground.counted.value;
      playground.shownTheme.value;
      const colors = palette();
      const words = drawCurves(target.context, colors, picture(colors), target.width, target.height);
      if (words !== said) setSaid(words);
    },
    [what, isLog, pointer],
  );
  const metric = playground.data.value?.task === "regression" ? "R²" : "accuracy";
  playground.shownTheme.value;
  const colors = palette();
  return (
    <PictureFrame
      title={what === "loss" ? "Loss" : metric === "R²" ? metric : "Accuracy"}
      name={what}
      class="curves"
      canvas={() => canvas.current}
      draw={(pen, width, height) => drawCurves(pen, colors, picture(colors), width, height)}
      table={() => curveTable(playground)}
      tools={
        <>
          <button type="button" class="quiet" onClick={() => setWhat(what === "loss" ? "metric" : "loss")}>
            {what === "loss" ? `show ${metric}` : "show loss"}
          </button>
          {what === "loss" && (
            <label class="inline">
              <input type="checkbox" checked={isLog} onChange={() => setLog(!isLog)} /> log
            </label>
          )}
        </>
      }
    >
      <div
        class="canvas-holder"
        tabIndex={0}
        role="application"
        aria-label={`Curves of the ${what}: arrow keys move along the epochs`}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -6, ArrowRight: 6 }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          setPointer(Math.max(46, (pointer ?? 46) + step));
          if (said !== "") playground.say(said);
        }}
        onBlur={() => setPointer(null)}
      >
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Curves of the ${what}`}
          onPointerMove={(event) => setPointer(event.offsetX)}
          onPointerLeave={() => setPointer(null)}
        />
      </div>
      <p class="under">{said || <Legend lines={linesOf(playground, colors, what)} />}</p>
    </PictureFrame>
  );
}

function Legend({ lines }: { lines: readonly Line[] }) {
  return (
    <>
      {lines.map((line, k) => (
        <span key={k} class="key">
          <svg width="22" height="8" aria-hidden="true">
            <line
              x1="0"
              x2="22"
              y1="4"
              y2="4"
              stroke={line.color}
              stroke-width={line.width}
              stroke-dasharray={line.dash.join(" ")}
            />
          </svg>
          {line.name}
        </span>
      ))}
    </>
  );
}

function column(values: Float64Array, k: number): Float64Array {
  return Float64Array.from({ length: values.length / 6 }, (_, row) => values[row * 6 + k]!);
}

function someFinite(values: ArrayLike<number>): boolean {
  return Array.prototype.some.call(values, (value: number) => Number.isFinite(value));
}

function linesOf(playground: Playground, colors: Palette, what: What): Line[] {
  const lines: Line[] = [];
  const at = what === "loss" ? [1, 2] : [3, 4];
  const add = (name: string, x: ArrayLike<number>, y: ArrayLike<number>, color: string, dash: number[], width: number) => {
    if (someFinite(y)) lines.push({ name, x, y, color, dash, width });
  };
  const status = playground.status.value;
  if (what === "loss") {
    for (const branch of playground.timeline.value?.branches ?? []) {
      if (branch.branch === (playground.frame.value?.branch ?? status?.branch)) continue;
      const x = branch.curve.map((point) => point[1]);
      const y = branch.curve.map((point) => point[2] ?? NaN);
      add(branch.label || `branch ${branch.branch}`, x, y, colors.lineStrong, [2, 3], 1.5);
    }
  }
  for (const run of [1, 0]) {
    const values = playground.picture.doubles(Kind.curves, run);
    if (values === null) continue;
    const x = column(values, 0);
    const of = run === 0 ? "" : "other run, ";
    const color = run === 0 ? colors.accent : colors.negative;
    add(`${of}training`, x, column(values, at[0]!), color, [], run === 0 ? 2.25 : 1.75);
    add(`${of}validation`, x, column(values, at[1]!), run === 0 ? colors.validation : colors.negative, [5, 3], 2);
  }
  return lines;
}

function curveTable(playground: Playground): Table {
  playground.counted.value;
  const values = playground.picture.doubles(Kind.curves) ?? new Float64Array();
  const rows = values.length / 6;
  const step = Math.max(1, Math.ceil(rows / 100));
  const kept = Array.from({ length: rows }, (_, k) => k).filter((k) => k % step === 0 || k === rows - 1);
  return {
    head: ["epoch", "update", "loss", "validation loss", "metric", "validation metric"],
    rows: kept.map((k) => [0, 5, 1, 2, 3, 4].map((c) => short(values[k * 6 + c]))),
  };
}
