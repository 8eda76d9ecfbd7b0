/** Play, single steps, back, rewind, speed, and how far the training is. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Kind } from "../transport/frame";
import { count, short } from "../draw/number";
import { usePlayground } from "./context";
import { FaultText } from "./field";
import { Icon } from "./icon";

const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, null] as const;

function speedText(speed: number | null): string {
  return speed === null ? "as fast as it goes" : `${count(speed)} updates a second`;
}

export function Controls() {
  const playground = usePlayground();
  const status = playground.status.value;
  const playing = status?.playing ?? false;
  const press = playground.press.value;
  const lit = (name: string) => (press === name ? "lit" : "");
  const step = (by: string) => void playground.act("step", { by });
  const whole = playground.wholeIterations.value;
  const oneRow = playground.settings.value?.batch_size === 1 && !whole;
  const learner = playground.settings.value?.learner.name ?? "gradient";
  const atStart = (status?.update ?? 0) === 0;
  return (
    <div class="controls" role="toolbar" aria-label="Training">
      <button
        type="button"
        class={lit("reset")}
        disabled={atStart}
        title="Rewind to the same initial weights (Home)"
        onClick={() => void playground.act("reset", { seed: null })}
      >
        <Icon name="rewind" />
        <span class="word">Rewind</span>
      </button>
      <button
        type="button"
        class={lit("step.back")}
        disabled={atStart}
        title="One update back (Left)"
        onClick={() => step("back")}
      >
        <Icon name="back" />
        <span class="word">Back</span>
      </button>
      <button
        type="button"
        id="play"
        class={`primary ${lit("play")}`}
        title={playing ? "Pause (Space)" : "Train (Space)"}
        onClick={() => void playground.act(playing ? "pause" : "play")}
      >
        <Icon name={playing ? "pause" : "play"} />
        {playing ? "Pause" : "Train"}
      </button>
      {oneRow && (
        <button type="button" class={lit("step.sample")} title="Train on one sample" onClick={() => step("sample")}>
          <Icon name="sample" />
          <span class="word">1 sample</span>
        </button>
      )}
      <button type="button" class={lit("step.batch")} title="One update (Right)" onClick={() => step("batch")}>
        <Icon name="batch" />
        <span class="word">{whole ? "1 iteration" : learner === "gradient" ? "1 batch" : "1 step"}</span>
      </button>
      {!whole && (
        <button type="button" class={lit("step.epoch")} title="To the end of the epoch (E)" onClick={() => step("epoch")}>
          <Icon name="epoch" />
          <span class="word">1 epoch</span>
        </button>
      )}
      <Speed />
      <FaultText field="" />
      <FaultText field="by" />
    </div>
  );
}

function Speed() {
  const playground = usePlayground();
  const speed = playground.status.value?.speed ?? null;
  const [draft, setDraft] = useState<number | null>(null);
  const index = SPEEDS.findIndex((s) => s === null || (speed !== null && s >= speed * 0.999));
  const at = draft ?? index;
  return (
    <label class="speed">
      <span>Speed</span>
      <input
        type="range"
        min={0}
        max={SPEEDS.length - 1}
        step={1}
        value={at}
        aria-valuetext={speedText(SPEEDS[at] ?? null)}
        title={speedText(SPEEDS[at] ?? null)}
        onInput={(event) => {
          const next = Number(event.currentTarget.value);
          setDraft(next);
          void playground.setSpeed(SPEEDS[next] ?? null).then(() => setDraft(null));
        }}
      />
    </label>
  );
}

export function Readout() {
  const playground = usePlayground();
  playground.counted.value;
  const { frame, picture } = playground;
  const status = playground.status.value;
  const now = frame.value;
  const losses = picture.doubles(Kind.losses);
  const classes = playground.data.value?.task !== "regression";
  const metric = losses?.[2];
  return (
    <dl class="readout">
      <Item name="epoch" value={count(now?.epoch ?? status?.epoch ?? 0)} wide={5} />
      <Item
        name={now?.past === true ? `update, of ${count(now.last)}` : "update"}
        value={count(now?.update ?? status?.update ?? 0)}
        title={now?.update ?? status?.update ?? 0}
        wide={7}
        id="update"
      />
      <Item name="loss" value={short(losses?.[0])} title={losses?.[0]} wide={7} id="loss" />
      {Number.isFinite(losses?.[1] ?? NaN) && (
        <Item name="validation" value={short(losses![1])} title={losses![1]} wide={7} mark="validation" />
      )}
      {metric !== undefined && Number.isFinite(metric) && (
        <Item
          name={classes ? "accuracy" : "R²"}
          value={classes ? `${(metric * 100).toFixed(1)}\u202f%` : short(metric)}
          title={metric}
          wide={6}
        />
      )}
    </dl>
  );
}

function Item(props: {
  name: string;
  value: ComponentChildren;
  wide: number;
  title?: number | undefined;
  id?: string;
  mark?: string;
}) {
  return (
    <div class={props.mark ?? ""}>
      <dt>{props.name}</dt>
      <dd
        style={{ minWidth: `${props.wide}ch` }}
        {...(props.title === undefined ? {} : { title: String(props.title), "data-value": String(props.title) })}
        {...(props.id === undefined ? {} : { id: `now-${props.id}` })}
      >
        {props.value === "" ? "–" : props.value}
      </dd>
    </div>
  );
}
