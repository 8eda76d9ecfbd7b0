/** Objects of the library by their types, with their fields: one of them, or a list. */

import type { ObjectChoice, Typed } from "../transport/protocol";
import { FaultText, ObjectFields, SelectField } from "./field";
import { FormulaLine } from "./formulas";
import { Icon } from "./icon";

export function TypedChoice(props: {
  label: string;
  path: string;
  choices: readonly ObjectChoice[];
  value: Typed;
  onChange: (value: Typed) => void;
}) {
  const choice = props.choices.find((c) => c.type === props.value.type);
  return (
    <>
      <SelectField
        label={props.label}
        field={props.path}
        value={props.value.type}
        options={props.choices.map((c) => ({ value: c.type, text: c.type }))}
        onChange={(type) => {
          const fields = props.choices.find((c) => c.type === type)?.fields ?? {};
          props.onChange({ ...fields, type } as Typed);
        }}
      />
      <FormulaLine latex={choice?.latex} />
      <ObjectFields
        fields={choice?.fields ?? {}}
        values={props.value}
        path={props.path}
        onChange={(name, value) => props.onChange({ ...props.value, [name]: value } as Typed)}
      />
    </>
  );
}

export function TypedList(props: {
  label: string;
  add: string;
  path: string;
  choices: readonly ObjectChoice[];
  values: readonly Typed[];
  onChange: (values: Typed[]) => void;
}) {
  const { values, choices, path } = props;
  const replace = (k: number, value: Typed) => props.onChange(values.map((v, i) => (i === k ? value : v)));
  return (
    <fieldset class="typed-list">
      <legend>{props.label}</legend>
      {values.map((value, k) => (
        <div key={k} class="typed">
          <span class="title">
            {value.type}
            <button
              type="button"
              class="quiet"
              aria-label={`Remove ${value.type}`}
              onClick={() => props.onChange(values.filter((_, i) => i !== k))}
            >
              <Icon name="close" />
            </button>
          </span>
          <FormulaLine latex={choices.find((c) => c.type === value.type)?.latex} />
          <ObjectFields
            fields={choices.find((c) => c.type === value.type)?.fields ?? {}}
            values={value}
            path={`${path}.${k}`}
            onChange={(name, changed) => replace(k, { ...value, [name]: changed } as Typed)}
          />
        </div>
      ))}
      <select
        aria-label={props.add.replace("+", "Add a")}
        value=""
        onChange={(event) => {
          const type = event.currentTarget.value;
          event.currentTarget.value = "";
          const fields = choices.find((c) => c.type === type)?.fields;
          if (fields !== undefined) props.onChange([...values, { ...fields, type } as Typed]);
        }}
      >
        <option value="">{props.add}</option>
        {choices.map((choice) => (
          <option key={choice.type} value={choice.type}>
            {choice.type}
          </option>
        ))}
      </select>
      <FaultText field={path} />
    </fieldset>
  );
}
