/** The answer: the boundary or the fitted curve, the points, and new points drawn by hand. */

import { useMemo, useRef, useState } from "preact/hooks";
import { palette } from "../draw/color";
import { Layer } from "../draw/layer";
import { short } from "../draw/number";
import type { Frame } from "../draw/plane";
import type { Playground } from "../state/playground";
import type { DataEvent, RowSet } from "../transport/protocol";
import { drawAnswer, drawCross, isPlane, valueAt } from "./answer_picture";
import { usePlayground } from "./context";
import { drawOrErase } from "./drawing";
import { useDrawing } from "./hooks";
import { PictureFrame, type Table } from "./picture";

export function AnswerView({ run = 0 }: { run?: number }) {
  const playground = usePlayground();
  const frame = useRef<Frame | null>(null);
  const points = useMemo(() => new Layer(), []);
  const [cross, setCross] = useState<{ x: number; y: number } | null>(null);
  const data = playground.data.value;
  const canvas = useDrawing(
    (target) => {
      playground.drawn.value;
      playground.shownTheme.value;
      const { context, width, height } = target;
      frame.current = drawAnswer(context, palette(), playground, run, width, height, points);
      if (frame.current !== null && cross !== null) drawCross(target.context, palette(), frame.current, cross);
    },
    [cross, run],
  );
  if (data === null) return null;
  const brush = playground.brush.value;
  const press = (x: number, y: number) => {
    const at = frame.current;
    if (at === null) return;
    const [vx, vy] = [at.x.value(x), at.y.value(y)];
    if (vx < at.x.from || vx > at.x.to || vy < at.y.from || vy > at.y.to) return;
    if (brush !== null) {
      void drawOrErase(playground, data, vx, vy, (at.x.to - at.x.from) / 40);
      return;
    }
    chooseRow(playground, data, at, x, y);
  };
  const said = cross === null || frame.current === null ? "" : valueAt(playground, frame.current, cross, run);
  const name = run === 0 ? "The answer" : "The other run";
  return (
    <PictureFrame
      title={name}
      name={run === 0 ? "answer" : "answer-other"}
      class="answer"
      canvas={() => canvas.current}
      draw={(pen, width, height) => drawAnswer(pen, palette(), playground, run, width, height)}
      table={() => answerTable(playground, data)}
      tools={data.inputs.length > 2 && run === 0 ? <AxesChoice data={data} /> : null}
    >
      <div
        class="canvas-holder"
        tabIndex={0}
        role="application"
        aria-label={`${name}: arrow keys move over the plane, Enter ${brush === null ? "chooses the nearest point" : "draws a point"}`}
        onKeyDown={(event) => {
          const at = frame.current;
          if (at === null) return;
          const from = cross ?? { x: at.left + at.width / 2, y: at.top + at.height / 2 };
          const step = event.shiftKey ? 20 : 5;
          const moves: Record<string, [number, number]> = {
            ArrowLeft: [-step, 0],
            ArrowRight: [step, 0],
            ArrowUp: [0, -step],
            ArrowDown: [0, step],
          };
          const move = moves[event.key];
          if (move !== undefined) {
            event.preventDefault();
            event.stopPropagation();
            const next = {
              x: Math.min(at.left + at.width, Math.max(at.left, from.x + move[0])),
              y: Math.min(at.top + at.height, Math.max(at.top, from.y + move[1])),
            };
            setCross(next);
            playground.say(valueAt(playground, at, next, run));
          } else if (event.key === "Enter") {
            press(from.x, from.y);
          }
        }}
        onBlur={() => setCross(null)}
      >
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${name}, ${data.n_training} points`}
          class={brush === null ? "" : brush.erase ? "erasing" : "drawing"}
          onPointerMove={(event) => setCross({ x: event.offsetX, y: event.offsetY })}
          onPointerLeave={() => setCross(null)}
          onClick={(event) => press(event.offsetX, event.offsetY)}
        />
      </div>
      <p class="under">{said || (run === 0 ? hintOf(data, brush !== null) : "")}</p>
    </PictureFrame>
  );
}

/** Which two inputs span the plane; the others stay at their mean. */
function AxesChoice({ data }: { data: DataEvent }) {
  const playground = usePlayground();
  const axes = playground.axes.value;
  const choose = (which: 0 | 1, input: number) => {
    const next: [number, number] = [...axes];
    next[which] = input;
    if (next[0] !== next[1]) playground.axes.value = next;
  };
  return (
    <span class="inline axes">
      {([0, 1] as const).map((which) => (
        <select
          key={which}
          aria-label={which === 0 ? "Input across" : "Input upward"}
          value={String(axes[which])}
          onChange={(event) => choose(which, Number(event.currentTarget.value))}
        >
          {data.inputs.map((input, k) => (
            <option key={k} value={String(k)} selected={k === axes[which]}>
              {input.name}
            </option>
          ))}
        </select>
      ))}
    </span>
  );
}

function hintOf(data: DataEvent, drawing: boolean): string {
  if (drawing) return "Click to draw or erase points.";
  const n = `${data.n_training} ${data.n_training === 1 ? "point" : "points"}` + (data.n_validation > 0 ? `, ${data.n_validation} held out (hollow)` : "");
  return data.training.X.length > 0 ? `${n}. Click one to follow it.` : n;
}

function chooseRow(playground: Playground, data: DataEvent, frame: Frame, x: number, y: number): void {
  const axes = playground.axes.value;
  let [best, nearest] = [-1, 14];
  data.training.X.forEach((row, k) => {
    const vertical = isPlane(data) ? row[axes[1]]! : data.training.y[k]!;
    const distance = Math.hypot(frame.x.at(row[axes[0]]!) - x, frame.y.at(vertical) - y);
    if (distance < nearest) [best, nearest] = [k, distance];
  });
  playground.row.value = best < 0 || best === playground.row.value ? null : best;
}

function answerTable(playground: Playground, data: DataEvent): Table {
  const label = (rows: RowSet, k: number) => rows.labels?.[k] ?? String(k);
  const y = (value: number) => data.classes?.[value] ?? short(value);
  return {
    head: ["row", ...data.inputs.map((input) => input.name), "target", ""],
    rows: data.training.X.slice(0, 200).map((x, k) => [
      label(data.training, k),
      ...x.map((value) => short(value)),
      y(data.training.y[k]!),
      <button type="button" class="quiet" onClick={() => (playground.row.value = k)}>
        follow
      </button>,
    ]),
  };
}
