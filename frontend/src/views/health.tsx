/** What is wrong inside: dead and saturated units, the gradient's norm of each layer. */

import { short } from "../draw/number";
import { Kind } from "../transport/frame";
import { usePlayground } from "./context";
import { PictureFrame } from "./picture";

const FIELDS = 6;

function percent(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? "–" : `${Math.round(share * 100)}\u202f%`;
}

export function HealthView() {
  const playground = usePlayground();
  playground.counted.value;
  const graph = playground.graph.value;
  const values = playground.picture.doubles(Kind.health);
  if (graph === null) return null;
  const columns = graph.columns.slice(1);
  const dead = playground.picture.section(Kind.deadUnits)?.values;
  const names = columns.flatMap((column) => column.names);
  const deadNames = names.filter((_, k) => dead?.[k] === 1);
  const norms = columns.map((_, k) => values?.[k * FIELDS + 2] ?? NaN);
  const largest = Math.max(...norms.filter(Number.isFinite), 1e-300);
  const titleOf = (k: number) => (k === columns.length - 1 ? "output" : `hidden ${k + 1}`);
  return (
    <PictureFrame
      title="Health"
      name="health"
      class="health"
      table={() => ({
        head: ["layer", "dead units", "saturated", "gradient norm", "norm of W", "smallest a", "largest a"],
        rows: columns.map((_, k) => [
          titleOf(k),
          ...[0, 1].map((c) => percent(values?.[k * FIELDS + c])),
          ...[2, 3, 4, 5].map((c) => short(values?.[k * FIELDS + c])),
        ]),
      })}
    >
      <ul>
        {columns.map((_, k) => {
          const norm = norms[k]!;
          // Six powers of ten below the largest is nothing.
          const share = Number.isFinite(norm) && norm > 0 ? 1 + Math.log10(norm / largest) / 6 : 0;
          return (
            <li key={k}>
              <span class="name">{titleOf(k)}</span>
              <span class="bar" title={`norm of the gradient ${short(norm)}`}>
                <span style={{ width: `${Math.max(0, share) * 100}%` }} />
              </span>
              <span class="value">‖∇‖ {short(norm) || "–"}</span>
              <span class="value">{percent(values?.[k * FIELDS + 1])} saturated</span>
            </li>
          );
        })}
      </ul>
      <p class={deadNames.length > 0 ? "under warning" : "under"}>
        {deadNames.length === 0
          ? "No dead unit."
          : `${deadNames.length} dead: ${deadNames.slice(0, 12).join(", ")}${deadNames.length > 12 ? ", …" : ""}`}
      </p>
    </PictureFrame>
  );
}
