/** The learning rate. */

import { useEffect, useState } from "preact/hooks";
import { short } from "../draw/number";
import type { Playground } from "../state/playground";
import type { Settings } from "../transport/protocol";
import { usePlayground } from "./context";
import { SliderField } from "./field";

/** The rate on a logarithmic slider; the stability limit of plain gradient descent is marked. */
export function Rate({ settings, rate }: { settings: Settings; rate: number }) {
  const playground = usePlayground();
  const [limit, setLimit] = useState<number | null>(null);
  const plain = settings.optimizer.type === "SGD" && !settings.optimizer["momentum"];
  const version = playground.network.value?.version;
  useEffect(() => {
    let gone = false;
    setLimit(null);
    if (plain) void askLimit(playground).then((value) => !gone && setLimit(value));
    return () => {
      gone = true;
    };
  }, [plain, version, playground.status.value?.playing, settings.data, settings.loss]);
  return (
    <div class={playground.press.value === "rate" ? "lit" : ""}>
      <SliderField
        label="Learning rate"
        field="optimizer.learning_rate"
        logarithmic
        low={1e-6}
        high={10}
        steps={140}
        value={rate}
        mark={limit}
        markText={limit === null ? "" : `stable below ${short(limit)}`}
        onChange={(learning_rate) =>
          void playground.configure(
            { optimizer: { ...settings.optimizer, learning_rate } },
            "optimizer.learning_rate",
          )
        }
      />
      {limit !== null && (
        <p class={rate > limit ? "hint warning" : "hint"}>
          {rate > limit ? "Above" : "Below"} the stability limit here, {short(limit)}.
        </p>
      )}
    </div>
  );
}

async function askLimit(playground: Playground): Promise<number | null> {
  const value = await playground.ask<{ limit: number | null }>("stability", {}, "stability");
  return value?.limit ?? null;
}
