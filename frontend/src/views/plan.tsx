/** How it learns: loss, optimizer, rate, schedule, batch, penalties, stop rules. */

import { short } from "../draw/number";
import type { Playground } from "../state/playground";
import type { Settings, Typed } from "../transport/protocol";
import { usePlayground } from "./context";
import { FormulaLine, FormulasSwitch, lossLatex } from "./formulas";
import { CheckField, NumberField, ObjectFields, SelectField } from "./field";
import { Rate } from "./rate";
import { TypedChoice, TypedList } from "./typed";

export function PlanPanel() {
  const playground = usePlayground();
  const [hello, settings] = [playground.hello.value, playground.settings.value];
  if (hello === null || settings === null) return null;
  const { catalog } = hello;
  const learner = settings.learner.name;
  return (
    <section class="panel plan" aria-label="Plan">
      <header>
        <h2>Plan</h2>
        <FormulasSwitch />
      </header>
      <div class="fields">
        <SelectField
          label="Learner"
          field="learner"
          value={learner}
          options={catalog.learners.map((l) => ({ value: l.name, text: l.title }))}
          onChange={(name) =>
            void playground.configure(learnerSettings(playground, name), "learner")
          }
        />
        {learner !== "gradient" && (
          <ObjectFields
            fields={catalog.learners.find((l) => l.name === learner)?.fields ?? {}}
            values={settings.learner}
            path="learner"
            onChange={(name, value) =>
              void playground.configure(
                { learner: { ...settings.learner, [name]: value } } as Partial<Settings>,
                `learner.${name}`,
              )
            }
          />
        )}
        <NumberField
          label="Start seed"
          field="seed"
          integer
          value={settings.seed}
          onChange={(seed) => void playground.configure({ seed: seed ?? 0 }, "seed")}
        />
        {learner === "gradient" && <GradientPlan settings={settings} />}
      </div>
    </section>
  );
}

/** What goes with a learner: an equation for two of them, layers that have slopes for gradients. */
function learnerSettings(playground: Playground, name: string): Partial<Settings> {
  const { learners, datasets } = playground.hello.value!.catalog;
  const { data } = playground.settings.value!;
  const learner = { ...learners.find((l) => l.name === name)?.fields, name } as Settings["learner"];
  if (name === "alternating" || name === "guessing") return { learner, data: { kind: "equation" } };
  if (name !== "gradient") return { learner };
  const start = datasets.find((set) => set.name === data.kind)?.settings ?? {};
  if (start.layers !== undefined) return { ...start, learner, data };
  const task = playground.data.value?.task ?? "regression";
  const activation = { regression: "identity", binary: "sigmoid", classes: "softmax" }[task];
  const layers = [{ kind: "dense", units: 1, activation }];
  if (data.kind !== "equation") layers.unshift({ kind: "dense", units: 8, activation: "tanh" });
  return { learner, layers };
}

function GradientPlan({ settings }: { settings: Settings }) {
  const playground = usePlayground();
  const catalog = playground.hello.value!.catalog;
  const network = playground.network.value;
  const task = playground.data.value?.task ?? "regression";
  const output = settings.layers[settings.layers.length - 1]?.activation ?? "identity";
  const losses = catalog.losses.filter(
    (loss) => loss.name === settings.loss.name || (loss.tasks.includes(task) && loss.outputs.includes(output)),
  );
  const lossFields = catalog.losses.find((loss) => loss.name === settings.loss.name)?.fields ?? {};
  const optimizer = catalog.optimizers.find((o) => o.type === settings.optimizer.type);
  const rate = settings.optimizer["learning_rate"];
  const whole = playground.wholeIterations.value;
  const set = (part: Partial<Settings>, field: string) => void playground.configure(part, field);
  return (
    <>
      <SelectField
        label="Loss"
        field="loss"
        value={settings.loss.name}
        options={losses.map((loss) => ({ value: loss.name, text: loss.name.replace(/_/g, " ") }))}
        onChange={(name) => set({ loss: { name } }, "loss")}
      />
      {network !== null && (
        <p class="hint">
          factor {short(network.loss.factor)}, reduced by {network.loss.reduction}
          {network.loss.from_logits && ", from the logits"}
        </p>
      )}
      {network !== null && <FormulaLine latex={lossLatex(network.loss)} />}
      <ObjectFields
        fields={lossFields}
        values={settings.loss}
        path="loss"
        onChange={(name, value) => set({ loss: { ...settings.loss, [name]: value } as Settings["loss"] }, `loss.${name}`)}
      />
      <SelectField
        label="Optimizer"
        field="optimizer"
        value={settings.optimizer.type}
        options={catalog.optimizers.map((o) => ({ value: o.type, text: o.type }))}
        onChange={(type) => {
          const fields = catalog.optimizers.find((o) => o.type === type)?.fields ?? {};
          set({ optimizer: { ...fields, type } as Typed }, "optimizer");
        }}
      />
      <FormulaLine latex={optimizer?.latex} />
      {whole && (
        <p class="hint">
          A step is a whole iteration over all rows, and a search chooses its length: no learning
          rate, no batches, no single samples. Back does the iterations before it again.
        </p>
      )}
      {typeof rate === "number" && <Rate settings={settings} rate={rate} />}
      <ObjectFields
        fields={optimizer?.fields ?? {}}
        values={settings.optimizer}
        path="optimizer"
        skip={["learning_rate"]}
        onChange={(name, value) =>
          set({ optimizer: { ...settings.optimizer, [name]: value } as Typed }, `optimizer.${name}`)
        }
      />
      {!whole && <BatchPlan settings={settings} />}
      <Initializer settings={settings} />
      <TypedList
        label="Penalties"
        add="+ penalty"
        path="penalties"
        choices={catalog.penalties}
        values={settings.penalties}
        onChange={(penalties) => set({ penalties }, "penalties")}
      />
      <TypedList
        label="Stop rules"
        add="+ stop rule"
        path="stop"
        choices={catalog.stop_rules}
        values={settings.stop}
        onChange={(stop) => set({ stop }, "stop")}
      />
      <NumberField
        label="Epochs at most"
        field="epochs"
        integer
        optional
        value={settings.epochs}
        onChange={(epochs) => set({ epochs }, "epochs")}
      />
    </>
  );
}

/** What goes batch by batch. */
function BatchPlan({ settings }: { settings: Settings }) {
  const playground = usePlayground();
  const { schedules } = playground.hello.value!.catalog;
  const set = (part: Partial<Settings>, field: string) => void playground.configure(part, field);
  return (
    <>
      <TypedChoice
        label="Schedule"
        path="schedule"
        choices={schedules}
        value={settings.schedule}
        onChange={(schedule) => set({ schedule }, "schedule")}
      />
      <BatchSize settings={settings} />
      <CheckField
        label="Shuffle the rows of each epoch"
        checked={settings.shuffle}
        onChange={(shuffle) => set({ shuffle }, "shuffle")}
      />
      <NumberField
        label="Clip the gradient at norm"
        field="clip_norm"
        optional
        value={settings.clip_norm}
        onChange={(clip_norm) => set({ clip_norm }, "clip_norm")}
      />
    </>
  );
}

function BatchSize({ settings }: { settings: Settings }) {
  const playground = usePlayground();
  const n = playground.data.value?.n_training ?? 1;
  const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256].filter((size) => size < n);
  const value = String(settings.batch_size);
  const options = [
    ...sizes.map((size) => ({ value: String(size), text: size === 1 ? "1 (one sample)" : String(size) })),
    { value: "full", text: "full: all rows" },
  ];
  if (!options.some((option) => option.value === value)) options.unshift({ value, text: value });
  return (
    <SelectField
      label="Batch size"
      field="batch_size"
      value={value}
      options={options}
      onChange={(size) =>
        void playground.configure({ batch_size: size === "full" ? "full" : Number(size) }, "batch_size")
      }
    />
  );
}

/** One initializer for all layers, or one for each. */
function Initializer({ settings }: { settings: Settings }) {
  const playground = usePlayground();
  const options = [
    { value: "", text: "by activation" },
    ...playground.hello.value!.catalog.initializers.map(({ name }) => ({
      value: name,
      text: name.replace(/_/g, " "),
    })),
  ];
  const dense = settings.layers.flatMap((layer, k) => (layer.kind === "dense" ? [k] : []));
  const of = (k: number) => settings.layers[k]?.initializer ?? "";
  const set = (chosen: readonly number[], name: string) =>
    void playground.configure(
      {
        layers: settings.layers.map((layer, k) =>
          chosen.includes(k) ? { ...layer, initializer: name === "" ? null : name } : layer,
        ),
      },
      `layers.${chosen[0]}.initializer`,
    );
  const same = dense.every((k) => of(k) === of(dense[0]!));
  const title = "A change begins a new training";
  return (
    <>
      <SelectField
        label="Initializer"
        field={dense.length > 1 ? "layers.initializer" : `layers.${dense[0]}.initializer`}
        value={same ? of(dense[0]!) : "each"}
        options={same ? options : [...options, { value: "each", text: "one for each layer" }]}
        title={title}
        onChange={(name) => name !== "each" && set(dense, name)}
      />
      {dense.length > 1 && (
        <details>
          <summary>Initializer of each layer</summary>
          {dense.map((k, i) => (
            <SelectField
              key={k}
              label={i === dense.length - 1 ? "of the output" : `of hidden ${i + 1}`}
              field={`layers.${k}.initializer`}
              value={of(k)}
              options={options}
              title={title}
              onChange={(name) => set([k], name)}
            />
          ))}
        </details>
      )}
    </>
  );
}
