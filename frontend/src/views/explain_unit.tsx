/** One unit on one row: what adds up to z, what the activation makes of it, what flows back. */

import { full, short } from "../draw/number";
import type { Explanation } from "../transport/protocol";
import { usePlayground } from "./context";
import { Notes } from "./explain";
import { Formula } from "./math";
import { TableHead } from "./picture";

export function UnitExplanation({ explanation }: { explanation: Explanation }) {
  const playground = usePlayground();
  const unit = explanation.of_unit;
  const graph = playground.graph.value;
  if (unit === undefined || graph === null) return null;
  const layer = playground.network.value?.layers.find((l) => l.index === unit.layer);
  const label = (edge: string) => {
    const index = graph.indexOf.get(edge);
    return index === undefined ? edge : graph.label(index);
  };
  const row = explanation.row ?? 0;
  const rowLabel = playground.data.value?.training.labels?.[row] ?? `row ${row}`;
  return (
    <>
      <div class="shares" role="region" aria-label="What adds up to z" tabIndex={0}>
        <table>
          <TableHead names={["weight", "its value", "× input", "= adds to z"]} />
          <tbody>
            {unit.contributions.map((part) => (
              <tr
                key={part.edge}
                class={playground.hoveredWeight.value === part.edge ? "hot" : ""}
                onMouseEnter={() => (playground.lit.value = new Set([part.edge]))}
                onMouseLeave={() => (playground.lit.value = new Set())}
              >
                <td>
                  <button
                    type="button"
                    class="quiet"
                    onClick={() => playground.choose({ kind: "weight", name: part.edge })}
                    onFocus={() => (playground.lit.value = new Set([part.edge]))}
                    onBlur={() => (playground.lit.value = new Set())}
                  >
                    {label(part.edge)}
                  </button>
                </td>
                <td>{short(part.weight)}</td>
                <td>{short(part.input)}</td>
                <td title={full(part.product)}>{short(part.product)}</td>
              </tr>
            ))}
            {unit.bias !== null && (
              <tr>
                <td>bias</td>
                <td>{short(unit.bias)}</td>
                <td>1</td>
                <td title={full(unit.bias)}>{short(unit.bias)}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {layer?.activation_latex !== undefined && (
        <p class="sum">
          {unit.contributions.length} {unit.contributions.length === 1 ? "product adds" : "products add"} up
          to z, and {layer.activation} makes a of it:{" "}
          <Formula latex={layer.activation_latex} text={layer.activation_latex} />
        </p>
      )}
      <p class="sum">
        On {rowLabel}: z = <strong title={full(unit.z)}>{short(unit.z)}</strong>, a ={" "}
        {layer?.activation ?? "f"}(z) ={" "}
        <strong id="activation" title={full(unit.a)} data-value={String(unit.a)}>
          {short(unit.a)}
        </strong>
        {unit.slope !== null && (
          <>
            ; the slope there is <strong title={full(unit.slope)}>{short(unit.slope)}</strong>
          </>
        )}
        {unit.delta !== null && (
          <>
            , and δ = ∂L/∂z is <strong title={full(unit.delta)}>{short(unit.delta)}</strong>
          </>
        )}
        .
      </p>
      <Notes notes={explanation.explained.notes ?? []} />
    </>
  );
}
