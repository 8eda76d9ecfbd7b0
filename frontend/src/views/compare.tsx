/** A second run beside the first, with one difference. */

import { useState } from "preact/hooks";
import { short } from "../draw/number";
import { Kind } from "../transport/frame";
import type { Typed } from "../transport/protocol";
import { usePlayground } from "./context";
import { FaultText, NumberField, SelectField } from "./field";

type What = "learning_rate" | "seed" | "batch_size" | "optimizer";

export function CompareView() {
  const playground = usePlayground();
  const [what, setWhat] = useState<What>("learning_rate");
  const [number, setNumber] = useState<number | null>(null);
  const [type, setType] = useState("Adam");
  const settings = playground.settings.value;
  const hello = playground.hello.value;
  if (settings === null || hello === null) return null;
  const comparing = playground.status.value?.comparing ?? false;
  const rate = settings.optimizer["learning_rate"];
  const preset = {
    learning_rate: typeof rate === "number" ? Number((rate * 3).toPrecision(3)) : 0.1,
    seed: settings.seed + 1,
    batch_size: 1,
    optimizer: 0,
  }[what];
  const value = number ?? preset;
  const start = () => {
    const fields = hello.catalog.optimizers.find((o) => o.type === type)?.fields ?? {};
    const difference =
      what === "optimizer" ? { optimizer: { ...fields, type } as Typed } : { [what]: value };
    // In a narrow window both answers stand above.
    void playground
      .act("compare", { difference })
      .then(() => document.querySelector(".comparing .answers")?.scrollIntoView({ block: "nearest" }));
  };
  playground.counted.value;
  const losses = playground.picture.doubles(Kind.losses, 1);
  return (
    <section class="compare" aria-label="Two runs side by side">
      <div class="fields">
        <SelectField
          label="Another run, with another"
          field="difference"
          value={what}
          options={[
            { value: "learning_rate", text: "learning rate" },
            { value: "seed", text: "start (seed)" },
            { value: "batch_size", text: "batch size" },
            { value: "optimizer", text: "optimizer" },
          ]}
          onChange={(next) => {
            setWhat(next as What);
            setNumber(null);
          }}
        />
        {what === "optimizer" ? (
          <SelectField
            label="Optimizer"
            field="difference.optimizer"
            value={type}
            options={hello.catalog.optimizers.map((o) => ({ value: o.type, text: o.type }))}
            onChange={setType}
          />
        ) : (
          <NumberField
            label="of"
            field={`difference.${what}`}
            value={value}
            integer={what !== "learning_rate"}
            onChange={setNumber}
          />
        )}
        <FaultText field={what} />
        <p>
          <button type="button" class={playground.press.value === "compare" ? "lit" : ""} onClick={start}>
            {comparing ? "Compare with this" : "Start the other run"}
          </button>{" "}
          {comparing && (
            <button type="button" onClick={() => void playground.act("compare", { difference: null })}>
              End it
            </button>
          )}
        </p>
      </div>
      {comparing && (
        <p class="sum">
          The other run's loss: <strong>{short(losses?.[0]) || "–"}</strong>. Its curve is orange.
        </p>
      )}
    </section>
  );
}
