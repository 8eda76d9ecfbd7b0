/** A lesson as a strip above the page: its words, the thing to press lit up, next. */

import { useState } from "preact/hooks";
import type { Playground } from "../state/playground";
import { Formula } from "./math";
import { usePlayground } from "./context";
import { Icon } from "./icon";

export function TourStrip() {
  const playground = usePlayground();
  const tour = playground.tour.value;
  const [long, setLong] = useState(true);
  if (tour === null) return null;
  const at = playground.tourStep.value;
  const step = tour.steps[at];
  if (step === undefined) return null;
  return (
    <section class="tour" aria-label={`Tour: ${tour.title}`}>
      <header>
        <h2>
          {step.title} <span class="hint">{tour.title}, {at + 1} of {tour.steps.length}</span>
        </h2>
        <span class="tools">
          <button type="button" class="quiet" aria-expanded={long} onClick={() => setLong(!long)}>
            {long ? "Less" : "Read"}
          </button>
          <button type="button" disabled={at === 0} onClick={() => void openStep(playground, at - 1)}>
            Before
          </button>
          <button
            type="button"
            class={step.press === null ? "primary" : ""}
            disabled={at + 1 >= tour.steps.length}
            onClick={() => void openStep(playground, at + 1)}
          >
            Next
          </button>
          <button type="button" class="quiet close" aria-label="End the tour" onClick={() => endTour(playground)}>
            <Icon name="close" />
          </button>
        </span>
      </header>
      {long && (
        <div class="words" tabIndex={0} role="region" aria-label="The lesson's words">
          <div class="text">
          {step.blocks.map((block, k) =>
            block.kind === "formula" ? (
              <p key={k} class="displayed">
                <Formula latex={block.latex ?? ""} text={block.latex ?? ""} block />
              </p>
            ) : (
              <Prose key={k} text={block.text ?? ""} />
            ),
          )}
          </div>
        </div>
      )}
      {step.say !== "" && <p class="say">{step.say}</p>}
    </section>
  );
}

export async function startTour(playground: Playground, name: string): Promise<void> {
  const tour = await playground.ask<import("../transport/protocol").TourReply>("tour", { name });
  if (tour === null) return;
  playground.tour.value = tour;
  playground.more.value = true;
  await openStep(playground, 0);
}

async function openStep(playground: Playground, at: number): Promise<void> {
  const step = playground.tour.value?.steps[at];
  if (step === undefined) return;
  playground.tourStep.value = at;
  playground.press.value = step.press;
  if (step.press === "surface" || step.press === "compare") playground.side.value = step.press;
  if (step.settings === null) return;
  playground.choose(null);
  if (await playground.configure(step.settings)) await playground.pace();
}

function endTour(playground: Playground): void {
  playground.tour.value = null;
  playground.press.value = null;
}

/** The little Markdown that lessons use: paragraphs, lists, **bold**, *italic*, `code`, $math$. */
function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split(/\n\s*\n/).map((paragraph, k) => {
        const items = paragraph.split(/\n(?=[-*] |\d+\. )/);
        if (/^(?:[-*] |\d+\. )/.test(paragraph)) {
          return (
            <ul key={k}>
              {items.map((item, i) => (
                <li key={i}>{inline(item.replace(/^(?:[-*]|\d+\.) /, ""))}</li>
              ))}
            </ul>
          );
        }
        return <p key={k}>{inline(paragraph)}</p>;
      })}
    </>
  );
}

function inline(text: string) {
  const parts = text.split(/(\$[^$]+\$|`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/);
  return parts.map((part, k) => {
    if (part.startsWith("$") && part.length > 2) {
      const latex = part.slice(1, -1);
      return <Formula key={k} latex={latex} text={latex} />;
    }
    if (part.startsWith("`")) return <code key={k}>{part.slice(1, -1)}</code>;
    if (part.startsWith("**")) return <strong key={k}>{part.slice(2, -2)}</strong>;
    if (part.startsWith("*") && part.length > 2) return <em key={k}>{part.slice(1, -1)}</em>;
    return part;
  });
}
