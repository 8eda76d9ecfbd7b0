/** The chain rule of what was clicked, with its numbers, while the training goes on. */

import { useState } from "preact/hooks";
import { full, short, six } from "../draw/number";
import type { Playground } from "../state/playground";
import type { Explained, ExplainedValue, Explanation, Preview } from "../transport/protocol";
import { usePlayground } from "./context";
import { EditWeight } from "./edit_weight";
import { FaultText } from "./field";
import { Icon } from "./icon";
import { Formula } from "./math";
import { UnitExplanation } from "./explain_unit";
import { TableHead } from "./picture";

export function ExplainPanel() {
  const playground = usePlayground();
  const chosen = playground.chosen.value;
  const explanation = playground.explanation.value;
  const [editing, setEditing] = useState(false);
  if (chosen === null) {
    return (
      <section class="explain empty" aria-label="Explanation">
        <p>
          Click a weight, a bias or a unit: its chain rule opens here, with today's numbers. Double
          click a weight to change it.
        </p>
      </section>
    );
  }
  const index = playground.graph.value?.indexOf.get(chosen.name);
  const name =
    chosen.kind === "weight" && index !== undefined
      ? playground.graph.value!.label(index)
      : chosen.name;
  playground.counted.value;
  const value = index === undefined ? undefined : playground.picture.parameters()?.[index];
  return (
    <section class="explain" aria-label={`Explanation of ${name}`}>
      <header>
        <h2>
          Explain {name}
          {value !== undefined && (
            <span class="now" title={full(value)}>
              {" "}
              = {short(value)}
            </span>
          )}
        </h2>
        {chosen.kind === "weight" && !editing && playground.network.value?.weights_editable && (
          <button
            type="button"
            class={playground.press.value === "edit" ? "lit" : ""}
            onClick={() => setEditing(true)}
          >
            Edit
          </button>
        )}
        {editing && chosen.kind === "weight" && (
          <EditWeight key={chosen.name} name={chosen.name} close={() => setEditing(false)} />
        )}
        <RowChoice />
        <button type="button" class="quiet close" aria-label="Close the explanation" onClick={() => playground.choose(null)}>
          <Icon name="close" />
        </button>
      </header>
      <FaultText field="weight" />
      {explanation === null ? (
        <p class="under">…</p>
      ) : explanation.unit !== null ? (
        <UnitExplanation explanation={explanation} />
      ) : explanation.row === null ? (
        <BatchExplanation explained={explanation.explained} />
      ) : (
        <RowExplanation explanation={explanation} />
      )}
      {chosen.kind === "weight" && <NextStep index={index} />}
    </section>
  );
}

function RowChoice() {
  const playground = usePlayground();
  const data = playground.data.value;
  if (data === null) return null;
  const rows = data.training;
  const row = playground.row.value;
  return (
    <label class="inline">
      <span>for</span>
      <select
        value={row === null ? "" : String(row)}
        onChange={(event) => {
          const value = event.currentTarget.value;
          playground.row.value = value === "" ? null : Number(value);
        }}
      >
        <option value="" selected={row === null}>
          all training rows
        </option>
        {rows.X.slice(0, 300).map((_, k) => (
          <option key={k} value={String(k)} selected={row === k}>
            {rows.labels?.[k] ?? `row ${k}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function light(playground: Playground, names: readonly string[]): void {
  playground.lit.value = new Set(names);
}

function RowExplanation({ explanation }: { explanation: Explanation }) {
  const playground = usePlayground();
  const { explained, links } = explanation;
  const factors = explained.factors ?? [];
  const hovered = playground.hoveredWeight.value;
  const paths = explained.paths ?? [];
  const graph = playground.graph.value;
  return (
    <>
      <div class="factors">
        {factors.map((factor, k) => (
          <FactorCard
            key={factor.symbol.text}
            factor={factor}
            first={k === 0}
            hot={hovered !== null && (links[k]?.edges.includes(hovered) ?? false)}
            onPoint={(inside) => light(playground, inside ? (links[k]?.edges ?? []) : [])}
          />
        ))}
        <div class="result">
          <span class="sign">=</span>
          <div class="factor">
            <Formula
              latex={`\\dfrac{\\partial L}{\\partial ${explained.weight?.symbol.latex ?? "w"}}`}
              text={`∂L/∂${explained.weight?.symbol.text ?? "w"}`}
            />
            <output id="product" title={full(explained.product)} data-value={String(explained.product)}>
              {six(explained.product)}
            </output>
            <span class="origin">{(explained.n_paths ?? 1) > 1 ? "along this path" : "the product"}</span>
          </div>
        </div>
      </div>
      <p class="sum">
        {(explained.n_paths ?? 1) > 1 && (
          <>
            {explained.n_paths} paths lead from this weight to the loss; their sum
            {(explained.penalties ?? []).length > 0 && " with the penalties"} is the derivative{" "}
          </>
        )}
        {(explained.n_paths ?? 1) <= 1 && <>The derivative{(explained.penalties ?? []).length > 0 && ", penalties included,"} is </>}
        <strong id="derivative" title={full(explained.derivative)} data-value={String(explained.derivative)}>
          {six(explained.derivative) || explained.reason}
        </strong>
        .{explained.check && <CheckText check={explained.check} />}
      </p>
      {paths.length > 1 && (
        <ul class="paths">
          {paths.map((path, k) => (
            <li
              key={k}
              tabIndex={0}
              onMouseEnter={() => light(playground, edgesAlong(graph, path.units))}
              onMouseLeave={() => light(playground, [])}
              onFocus={() => light(playground, edgesAlong(graph, path.units))}
              onBlur={() => light(playground, [])}
            >
              {path.units.join(" → ")}: {short(path.contribution)}
            </li>
          ))}
        </ul>
      )}
      <StepText explained={explained} />
      <Notes notes={explained.notes ?? []} />
    </>
  );
}

/** What central differences say, which know nothing of the chain rule. */
function CheckText({ check }: { check: NonNullable<Explained["check"]> }) {
  const agrees = check.verdict === "agrees";
  return (
    <span class="hint" title={full(check.value)}>
      {" "}
      Central differences {agrees ? "agree" : `give ${six(check.value) || "no number"}: ${check.verdict}`}
      {check.where === "" ? "." : `, ${check.where}.`}
    </span>
  );
}

/** The edges between units that follow each other on a path. */
function edgesAlong(graph: Playground["graph"]["value"], units: readonly string[]): string[] {
  if (graph === null) return [];
  const names: string[] = [];
  for (let k = 0; k + 1 < units.length; k++) {
    const [from, to] = [graph.unitAt.get(units[k]!), graph.unitAt.get(units[k + 1]!)];
    const edge = graph.edges.find(
      (e) => e.column === to?.column && e.to === to.unit && e.from === from?.unit,
    );
    if (edge !== undefined) names.push(graph.nameOf(edge.index));
  }
  return names;
}

function FactorCard(props: {
  factor: ExplainedValue;
  first: boolean;
  hot: boolean;
  onPoint: (inside: boolean) => void;
}) {
  const { factor, first, hot, onPoint } = props;
  return (
    <div class="result">
      {!first && <span class="sign">×</span>}
      <div
        class={`factor ${hot ? "hot" : ""}`}
        tabIndex={0}
        title={`${factor.symbol.text} = ${factor.formula.text} = ${factor.substituted.text}`}
        aria-label={`factor ${factor.symbol.text} = ${factor.formula.text} = ${factor.value}`}
        onMouseEnter={() => onPoint(true)}
        onMouseLeave={() => onPoint(false)}
        onFocus={() => onPoint(true)}
        onBlur={() => onPoint(false)}
      >
        <Formula latex={factor.symbol.latex} text={factor.symbol.text} />
        <Formula latex={factor.formula.latex} text={factor.formula.text} />
        <output class="number" title={full(factor.value)} data-value={String(factor.value)}>
          {six(factor.value)}
        </output>
        <span class="origin">{factor.origin.replace(/_/g, " ")}</span>
      </div>
    </div>
  );
}

function StepText({ explained }: { explained: Explained }) {
  const step = explained.step;
  if (step === null || step === undefined) return null;
  if (step.weight === null) return step.reason === "" ? null : <p class="sum">{step.reason}</p>;
  return (
    <p class="sum">
      One step of {step.optimizer} on this row alone would take {explained.weight?.symbol.text} from{" "}
      {short(explained.weight?.value)} to <strong>{short(step.weight)}</strong>
      {step.loss !== null && (
        <>
          , and the row's loss from {short(explained.loss)} to <strong>{short(step.loss)}</strong>
        </>
      )}
      .
    </p>
  );
}

export function Notes({ notes }: { notes: readonly string[] }) {
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="note">
          {note}.
        </p>
      ))}
    </>
  );
}

function BatchExplanation({ explained }: { explained: Explained }) {
  const playground = usePlayground();
  const samples = explained.samples ?? [];
  const largest = Math.max(...samples.map((s) => Math.abs(s.share ?? 0)), 1e-300);
  const rows = playground.data.value?.training;
  const open = (label: string, k: number) => {
    const byLabel = rows?.labels?.indexOf(label) ?? -1;
    const byNumber = /\[(\d+)\]$/.exec(label)?.[1];
    playground.row.value = byLabel >= 0 ? byLabel : byNumber === undefined ? k : Number(byNumber);
  };
  return (
    <>
      <p class="sum">
        Over all training rows the derivative is{" "}
        <strong id="derivative" title={full(explained.derivative)} data-value={String(explained.derivative)}>
          {six(explained.derivative) || explained.reason}
        </strong>
        : the sum of what each row adds. Click a row to see its factors.
      </p>
      <div class="shares" role="region" aria-label="What each row adds" tabIndex={0}>
        <table>
          <TableHead names={["row", "input", "slope", "δ", "share", "size"]} />
          <tbody>
            {samples.slice(0, 40).map((sample, k) => (
              <tr key={sample.label}>
                <td>
                  <button type="button" class="quiet" onClick={() => open(sample.label, k)}>
                    {sample.label}
                  </button>
                </td>
                <td>{short(sample["incoming"] as number | null)}</td>
                <td>{short(sample["slope"] as number | null)}</td>
                <td>{short(sample["delta"] as number | null)}</td>
                <td title={full(sample.share)}>{short(sample.share)}</td>
                <td class="bar-cell">
                  <span
                    class={(sample.share ?? 0) < 0 ? "share negative" : "share"}
                    style={{ width: `${(Math.abs(sample.share ?? 0) / largest) * 100}%` }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Notes notes={explained.notes ?? []} />
    </>
  );
}

/** What the next update will do, asked for before it is done. */
function NextStep({ index }: { index: number | undefined }) {
  const playground = usePlayground();
  const [preview, setPreview] = useState<Preview | null>(null);
  const update = playground.frame.value?.update ?? 0;
  const fresh = preview !== null && preview.update === update;
  const before = index === undefined ? undefined : playground.picture.parameters()?.[index];
  return (
    <p class="next">
      <button
        type="button"
        onClick={() => void playground.ask<Preview>("preview", { updates: 1 }).then(setPreview)}
      >
        What will the next update do?
      </button>{" "}
      {fresh && index !== undefined && (
        <span>
          It takes this number from {short(before)} to <strong>{short(preview.parameters[index])}</strong>{" "}
          and the loss over all training rows from {short(preview.loss)} to{" "}
          <strong>{short(preview.loss_after)}</strong>.
        </span>
      )}
    </p>
  );
}
