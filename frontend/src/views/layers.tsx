/** What stands above each column: the activation, units added and removed, layers in between. */

import type { Layout } from "../draw/network_layout";
import type { LayerSettings } from "../transport/protocol";
import { usePlayground } from "./context";
import { FaultText } from "./field";
import { Icon } from "./icon";

export function LayerHeaders({ layout }: { layout: Layout | null }) {
  const playground = usePlayground();
  const [graph, settings, hello] = [
    playground.graph.value,
    playground.settings.value,
    playground.hello.value,
  ];
  if (layout === null || graph === null || settings === null || hello === null) return null;
  // An explanation takes the place of what could be changed.
  const editable =
    settings.learner.name === "gradient" &&
    playground.more.value &&
    playground.chosen.value === null;
  const layers = settings.layers;
  // The dense layers of the settings, in the order of the picture's columns.
  const dense = layers.flatMap((layer, k) => (layer.kind === "dense" ? [k] : []));
  const change = (k: number, part: Partial<LayerSettings>) =>
    void playground.editLayers(layers.map((layer, i) => (i === k ? { ...layer, ...part } : layer)));
  const insert = (k: number, layer: LayerSettings) =>
    void playground.editLayers([...layers.slice(0, k), layer, ...layers.slice(k)]);
  const remove = (k: number) => void playground.editLayers(layers.filter((_, i) => i !== k));
  const last = dense[dense.length - 1] ?? 0;
  const full = layers.length >= hello.limits.layers;
  const lastHidden = layers[dense[dense.length - 2] ?? -1];

  // Where columns are close, their controls are small; where there is no room, they are a list.
  const pitch = (layout.columns[1]?.[0]?.x ?? 0) - (layout.columns[0]?.[0]?.x ?? 0);
  const room = pitch < 64 ? "list" : pitch < 104 ? "tight" : "";

  return (
    <div
      class={`layer-headers ${editable ? "editable" : ""} ${room}`}
      style={{ "--pitch": `${Math.round(pitch)}px` }}
    >
      <div class="columns">
        {layout.columns.map((boxes, column) => {
          const box = boxes[0]!;
          const k = dense[column - 1];
          const layer = k === undefined ? undefined : layers[k];
          const middle = box.x + box.size / 2;
          const end = column === layout.columns.length - 1;
          return (
            <div
              key={column}
              class={`layer-header ${column === 0 ? "first" : end ? "last" : ""}`}
              style={{ left: `${middle}px` }}
            >
              {layer === undefined || k === undefined ? (
                <span class="title">inputs</span>
              ) : (
                <>
                  <span class="title">
                    {end ? "output" : `hidden ${column}`}
                    {!editable && `, ${layer.activation ?? ""}`}
                  </span>
                  {editable && (
                    <select
                      aria-label={`Activation of ${end ? "the output" : `hidden layer ${column}`}`}
                      value={layer.activation ?? "identity"}
                      onChange={(event) => change(k, { activation: event.currentTarget.value })}
                    >
                      {hello.catalog.activations
                        .filter((choice) => end || !choice.output_only)
                        .map((choice) => (
                          <option
                            key={choice.name}
                            value={choice.name}
                            selected={choice.name === layer.activation}
                          >
                            {choice.name}
                          </option>
                        ))}
                    </select>
                  )}
                  {editable && !end && (
                    <span class="units">
                      <button
                        type="button"
                        class="quiet"
                        aria-label={`Remove a unit from hidden layer ${column}`}
                        disabled={(layer.units ?? 1) <= 1}
                        onClick={() => change(k, { units: (layer.units ?? 1) - 1 })}
                      >
                        <Icon name="minus" />
                      </button>
                      <span class="count">{layer.units}</span>
                      <button
                        type="button"
                        class="quiet"
                        aria-label={`Add a unit to hidden layer ${column}`}
                        disabled={(layer.units ?? 1) >= hello.limits.units}
                        onClick={() => change(k, { units: (layer.units ?? 1) + 1 })}
                      >
                        <Icon name="plus" />
                      </button>
                      <button
                        type="button"
                        class="quiet"
                        aria-label={`Remove hidden layer ${column}`}
                        onClick={() => remove(k)}
                      >
                        <Icon name="close" />
                      </button>
                    </span>
                  )}
                </>
              )}
            </div>
          );
        })}
      </div>
      {editable && (
        <div class="layer-tools">
          <button
            type="button"
            disabled={full}
            title={full ? `${hello.limits.layers} layers at most` : "Add a hidden layer"}
            onClick={() =>
              insert(last, {
                kind: "dense",
                units: lastHidden?.units ?? 4,
                activation: lastHidden?.activation ?? "tanh",
                initializer: null,
              })
            }
          >
            <Icon name="plus" /> Layer
          </button>
          <Between layers={layers} remove={remove} change={change} />
          {dense.length > 1 && (
            <select
              aria-label="Add dropout or a normalisation after the last hidden layer"
              value=""
              disabled={full}
              onChange={(event) => {
                const kind = event.currentTarget.value;
                event.currentTarget.value = "";
                if (kind !== "") insert(last, kind === "dropout" ? { kind, rate: 0.2 } : { kind });
              }}
            >
              <option value="">+ other layer</option>
              {hello.catalog.layers
                .filter((kind) => kind !== "dense")
                .map((kind) => (
                  <option key={kind} value={kind}>
                    {kind.replace("_", " ")}
                  </option>
                ))}
            </select>
          )}
          <FaultText field="layers" />
          {layers.map((_, k) => (
            <FaultText key={k} field={`layers.${k}`} />
          ))}
          {layers.flatMap((_, k) =>
            ["units", "activation", "rate"].map((name) => (
              <FaultText key={`${k}${name}`} field={`layers.${k}.${name}`} />
            )),
          )}
        </div>
      )}
    </div>
  );
}

/** Layers without units of their own, named with the place where they stand. */
function Between(props: {
  layers: readonly LayerSettings[];
  remove: (k: number) => void;
  change: (k: number, part: Partial<LayerSettings>) => void;
}) {
  let hidden = 0;
  return (
    <>
      {props.layers.map((layer, k) => {
        if (layer.kind === "dense") {
          hidden += 1;
          return null;
        }
        const where = hidden === 0 ? "inputs" : `hidden ${hidden}`;
        return (
          <span key={k} class="chip">
            {layer.kind.replace("_", " ")} after {where}
            {layer.kind === "dropout" && (
              <input
                type="text"
                class="number tiny"
                inputMode="decimal"
                aria-label={`Dropout rate after ${where}`}
                value={String(layer.rate ?? 0.2)}
                onChange={(event) => props.change(k, { rate: Number(event.currentTarget.value) })}
              />
            )}
            <button
              type="button"
              class="quiet"
              aria-label={`Remove ${layer.kind.replace("_", " ")} after ${where}`}
              onClick={() => props.remove(k)}
            >
              <Icon name="close" />
            </button>
          </span>
        );
      })}
    </>
  );
}
