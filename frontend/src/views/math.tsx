/** LaTeX, set by KaTeX, which is loaded with the first formula; until then, and without it, text. */

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

type Katex = typeof import("katex").default;

const katex = signal<Katex | null>(null);
let asked = false;

function load(): void {
  if (asked) return;
  asked = true;
  void Promise.all([import("katex"), import("katex/dist/katex.min.css")]).then(([module]) => {
    katex.value = module.default;
  });
}

export function Formula(props: { latex: string; text: string; block?: boolean }) {
  const place = useRef<HTMLSpanElement | null>(null);
  const loaded = katex.value;
  load();
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    if (loaded === null || props.latex === "") {
      element.textContent = props.text;
      return;
    }
    // Nodes, not a string of HTML: the page allows no style attributes in markup.
    loaded.render(props.latex, element, {
      throwOnError: false,
      displayMode: props.block ?? false,
      output: "htmlAndMathml",
    });
  }, [loaded, props.latex, props.text, props.block]);
  return <span class="formula" ref={place} />;
}
