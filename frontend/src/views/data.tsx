/** Which data: shapes, functions, a formula, the lessons' sets, a table of one's own, hand-drawn. */

import { useRef, useState } from "preact/hooks";
import type { Playground } from "../state/playground";
import type { DatasetChoice, DataSettings, Settings, TableReply } from "../transport/protocol";
import { usePlayground } from "./context";
import { beginDrawing, canBeDrawn } from "./drawing";
import { Field, FaultText, NumberField, SelectField, SliderField } from "./field";

const GROUPS: Record<string, string> = {
  shapes: "Two classes",
  curves: "A curve",
  lessons: "From the lessons",
  own: "Your own",
};

export function DataPanel() {
  const playground = usePlayground();
  const [hello, settings] = [playground.hello.value, playground.settings.value];
  if (hello === null || settings === null) return null;
  // A table is opened or dropped: its settings follow from what is in it.
  const sets = hello.catalog.datasets.filter((set) => set.name !== "table");
  const groups = [...new Set(sets.map((set) => set.group))];
  const kind = settings.data.kind;
  const chosen = hello.catalog.datasets.find((set) => set.name === kind);
  return (
    <section class={`panel data ${playground.press.value === "data" ? "lit" : ""}`} aria-label="Data">
      <h2>Data</h2>
      {groups.map((group) => (
        <fieldset key={group} class="choices">
          <legend>{GROUPS[group] ?? group}</legend>
          {sets
            .filter((set) => set.group === group)
            .map((set) => (
              <button
                key={set.name}
                type="button"
                class="choice"
                aria-pressed={set.name === kind}
                onClick={() => void openSet(playground, set)}
              >
                {set.title.replace(/^Lesson: /, "")}
              </button>
            ))}
        </fieldset>
      ))}
      <FaultText field="data" />
      <FaultText field="data.kind" />
      {kind === "formula" && <FormulaField />}
      <DataFields data={settings.data} fields={chosen?.fields ?? []} />
      <PointsTools />
      <TableDrop />
      {playground.data.value !== null && playground.data.value.message !== "" && (
        <p class="note">{playground.data.value.message}</p>
      )}
    </section>
  );
}

export async function openSet(playground: Playground, set: DatasetChoice): Promise<void> {
  playground.brush.value = null;
  playground.choose(null);
  if (set.name === "points") {
    const data = playground.data.value;
    if (data === null || !canBeDrawn(data)) await playground.configure(set.settings, "data");
    playground.brush.value = { y: 1, erase: false };
    if (data !== null && canBeDrawn(data)) await beginDrawing(playground, data);
    return;
  }
  if (await playground.configure(set.settings, "data")) await playground.pace();
}

function DataFields({ data, fields }: { data: DataSettings; fields: readonly string[] }) {
  const playground = usePlayground();
  const change = (part: Partial<DataSettings>) =>
    void playground.configure({ data: { ...data, ...part } } as Partial<Settings>, "data");
  const has = (name: string) => fields.includes(name);
  return (
    <div class="fields">
      {has("n") && (
        <SliderField
          label="Points"
          field="data.n"
          low={10}
          high={2000}
          steps={60}
          logarithmic
          integer
          value={data.n ?? 200}
          onChange={(n) => change({ n })}
        />
      )}
      {has("noise") && (
        <SliderField
          label="Noise"
          field="data.noise"
          low={0}
          high={1}
          steps={50}
          value={data.noise ?? 0}
          onChange={(noise) => change({ noise })}
        />
      )}
      {(has("validation") || ["points", "table"].includes(data.kind)) && (
        <SliderField
          label="Held out"
          field="data.validation"
          low={0}
          high={0.9}
          steps={18}
          value={data.validation ?? 0}
          onChange={(validation) => change({ validation })}
        />
      )}
      {has("seed") && (
        <NumberField
          label="Data seed"
          field="data.seed"
          integer
          value={data.seed ?? 0}
          onChange={(seed) => change({ seed: seed ?? 0 })}
        />
      )}
    </div>
  );
}

function FormulaField() {
  const playground = usePlayground();
  const data = playground.settings.value!.data;
  const [draft, setDraft] = useState<string | null>(null);
  const names = playground.hello.value?.catalog.functions ?? [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (draft === null) return;
        void playground
          .configure({ data: { ...data, formula: draft } }, "data.formula")
          .then((done) => done && setDraft(null));
      }}
    >
      <Field label="Formula" field="data.formula" title={`Knows ${names.join(", ")}`}>
        {({ id, describedBy }) => (
          <input
            id={id}
            type="text"
            spellcheck={false}
            autocomplete="off"
            aria-describedby={describedBy}
            value={draft ?? data.formula ?? ""}
            onInput={(event) => setDraft(event.currentTarget.value)}
          />
        )}
      </Field>
      <p class="hint">
        sin(3 x) / x, or a boundary: x1^2 + x2^2 &lt; 0.5. <button type="submit">Use it</button>
      </p>
      <div class="fields two">
        <NumberField
          label="x from"
          field="data.low"
          value={data.low ?? -1}
          onChange={(low) => void playground.configure({ data: { ...data, low: low ?? -1 } }, "data")}
        />
        <NumberField
          label="to"
          field="data.high"
          value={data.high ?? 1}
          onChange={(high) => void playground.configure({ data: { ...data, high: high ?? 1 } }, "data")}
        />
      </div>
    </form>
  );
}

function PointsTools() {
  const playground = usePlayground();
  const data = playground.data.value;
  const brush = playground.brush.value;
  const learner = playground.settings.value?.learner.name;
  if (data === null || !canBeDrawn(data) || learner !== "gradient") return null;
  const plane = data.inputs.length === 2;
  const set = (y: number, erase: boolean) => {
    const same = brush !== null && brush.y === y && brush.erase === erase;
    playground.brush.value = same ? null : { y, erase };
  };
  return (
    <fieldset class="choices brush">
      <legend>Draw in the answer</legend>
      {(plane ? [1, 0] : [1]).map((y) => (
        <button
          key={y}
          type="button"
          class="choice"
          aria-pressed={brush !== null && !brush.erase && brush.y === y}
          onClick={() => set(y, false)}
        >
          {plane ? (
            <>
              <span class={y === 1 ? "dot positive" : "dot negative"} aria-hidden="true" />
              {data.classes?.[y] ?? `class ${y}`}
            </>
          ) : (
            "points"
          )}
        </button>
      ))}
      <button
        type="button"
        class="choice"
        aria-pressed={brush?.erase === true}
        onClick={() => set(0, true)}
      >
        eraser
      </button>
      <FaultText field="data.points" />
      <FaultText field="points" />
    </fieldset>
  );
}

function TableDrop() {
  const playground = usePlayground();
  const input = useRef<HTMLInputElement | null>(null);
  const table = playground.table.value;
  const settings = playground.settings.value;
  return (
    <div class="table-drop">
      <button type="button" onClick={() => input.current?.click()}>
        Open a CSV…
      </button>{" "}
      <span class="hint">or drop one anywhere</span>
      <input
        ref={input}
        id="table-file"
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-label="A table to train on"
        accept=".csv,.tsv,.txt,.json,.jsonl,.parquet,.xlsx"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) void takeFile(playground, file);
          event.currentTarget.value = "";
        }}
      />
      <FaultText field="table" />
      <FaultText field="data.table" />
      {table !== null && settings?.data.kind === "table" && <TableChoices table={table} />}
    </div>
  );
}

export async function takeFile(playground: Playground, file: File): Promise<void> {
  const table = await playground.upload(file.name, file);
  if (table?.table === undefined) return;
  const target = table.target ?? undefined;
  await playground.configure(
    { data: { kind: "table", table: table.table, ...(target === undefined ? {} : { target }) } },
    "table",
  );
}

function TableChoices({ table }: { table: TableReply }) {
  const playground = usePlayground();
  const data = playground.settings.value!.data;
  const columns = table.columns ?? [];
  const features = data.features ?? columns.map((c) => c.name).filter((n) => n !== data.target);
  const change = (part: Partial<DataSettings>) =>
    void playground.configure({ data: { ...data, ...part } }, "data.features");
  return (
    <div class="fields">
      <p class="note">
        {table.name}: {table.rows} rows, {columns.length} columns.
      </p>
      <SelectField
        label="Target"
        field="data.target"
        value={data.target ?? ""}
        options={columns.filter((c) => c.usable_as_target).map((c) => ({ value: c.name, text: c.name }))}
        onChange={(target) => change({ target, features: null })}
      />
      <fieldset class="columns-list">
        <legend>Inputs</legend>
        {columns
          .filter((column) => column.name !== data.target)
          .map((column) => (
            <label key={column.name}>
              <input
                type="checkbox"
                checked={features.includes(column.name)}
                onChange={(event) =>
                  change({
                    features: event.currentTarget.checked
                      ? [...features, column.name]
                      : features.filter((name) => name !== column.name),
                  })
                }
              />{" "}
              {column.name} <span class="hint">{column.kind}</span>
            </label>
          ))}
        <FaultText field="data.features" />
      </fieldset>
    </div>
  );
}
