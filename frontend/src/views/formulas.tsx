/** What the network computes, as formulas of the library's own objects; shown where asked for. */

import { short } from "../draw/number";
import type { NetworkEvent } from "../transport/protocol";
import { usePlayground } from "./context";
import { Formula } from "./math";

export function FormulasSwitch() {
  const playground = usePlayground();
  const shown = playground.formulas.value;
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={shown}
      title={shown ? "Hide the formulas" : "Show what each layer and the loss compute"}
      onClick={() => (playground.formulas.value = !shown)}
    >
      Formulas
    </button>
  );
}

/** A formula below the control that chooses it. */
export function FormulaLine({ latex }: { latex: string | undefined }) {
  const playground = usePlayground();
  if (!playground.formulas.value || latex === undefined || latex === "") return null;
  return (
    <div class="formula-line" tabIndex={0} role="group" aria-label="Formula">
      <Formula latex={latex} text={latex} />
    </div>
  );
}

/** L = factor times the mean or the sum of the loss of a row. */
export function lossLatex(loss: NetworkEvent["loss"]): string {
  const factor = loss.factor === 1 ? "" : `${short(loss.factor)}\\,`;
  const reduced = { mean: "\\tfrac{1}{n}\\sum_{\\text{rows}}", sum: "\\sum_{\\text{rows}}" }[loss.reduction];
  return `L = ${factor}${reduced ?? ""}\\left(${loss.latex}\\right)`;
}

/** Below the network: layer after layer, then the loss. */
export function NetworkFormulas() {
  const playground = usePlayground();
  const network = playground.network.value;
  if (!playground.formulas.value || network === null) return null;
  const dense = network.layers.filter((layer) => layer.W !== undefined).length;
  let hidden = 0;
  const items = network.layers.map((layer) => {
    const isDense = layer.W !== undefined;
    if (isDense) hidden += 1;
    const last = isDense && hidden === dense;
    const name = !isDense ? layer.kind.replace("_", " ") : last ? "output" : `hidden ${hidden}`;
    return { name, parts: [layer.latex, layer.activation_latex] };
  });
  items.push({ name: "loss", parts: [lossLatex(network.loss)] });
  return (
    <div class="formulas" tabIndex={0} role="group" aria-label="Formulas">
      <dl>
        {items.map((item, k) => (
          <div key={k}>
            <dt>{item.name}</dt>
            {item.parts.map((latex) =>
              latex === undefined || latex === "" ? null : (
                <dd key={latex}>
                  <Formula latex={latex} text={latex} />
                </dd>
              ),
            )}
          </div>
        ))}
      </dl>
    </div>
  );
}
