/** A number of the network, typed by hand. */

import { useEffect, useRef } from "preact/hooks";
import { parseNumber } from "../draw/number";
import { usePlayground } from "./context";
import { FaultText } from "./field";

export function EditWeight(props: { name: string; style?: Record<string, string>; close: () => void }) {
  const playground = usePlayground();
  const input = useRef<HTMLInputElement | null>(null);
  const index = playground.network.value?.names.indexOf(props.name) ?? -1;
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const label = playground.graph.value?.label(index) ?? props.name;
  return (
    <form
      class="edit-weight"
      style={props.style ?? {}}
      onSubmit={(event) => {
        event.preventDefault();
        const value = parseNumber(input.current?.value ?? "");
        if (value === null) {
          playground.fault.value = { field: "weight", message: "not a number", hint: "Type -0.5." };
          return;
        }
        void playground.edit(props.name, value).then(() => {
          if (playground.fault.value === null) props.close();
        });
      }}
      onKeyDown={(event) => event.key === "Escape" && props.close()}
    >
      <label>
        {label} ={" "}
        <input
          ref={input}
          type="text"
          class="number"
          inputMode="decimal"
          autocomplete="off"
          defaultValue={String(playground.picture.parameters()?.[index] ?? "")}
        />
      </label>
      <button type="submit">Set</button>
      <button type="button" class="quiet" onClick={props.close}>
        Cancel
      </button>
      <FaultText field="weight" />
      <FaultText field="value" />
    </form>
  );
}
