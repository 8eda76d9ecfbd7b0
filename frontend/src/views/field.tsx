/** Labelled controls. What the server refuses is said right below the one that it belongs to. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tickLabel } from "../draw/axes";
import { count, full, parseNumber } from "../draw/number";
import { usePlayground } from "./context";
import { useId } from "./hooks";

export function FaultText({ field, id }: { field: string; id?: string }) {
  const fault = usePlayground().fault.value;
  // What is wrong with the choice of an object belongs to the control that chooses it.
  const names = field === "" ? [""] : [field, `${field}.type`, `${field}.name`];
  const here = fault !== null && names.includes(fault.field);
  return (
    <>
      {here && (
        <p class="fault" {...(id === undefined ? {} : { id })}>
          {fault.message}
          {fault.hint !== "" && <span class="hint"> {fault.hint}</span>}
        </p>
      )}
    </>
  );
}

interface FieldProps {
  label: string;
  field: string;
  title?: string | undefined;
  children: (ids: { id: string; describedBy: string }) => ComponentChildren;
}

export function Field({ label, field, title, children }: FieldProps) {
  const id = useId("field");
  const describedBy = `${id}-fault`;
  return (
    <div class="field" title={title}>
      <label for={id}>{label}</label>
      {children({ id, describedBy })}
      <FaultText field={field} id={describedBy} />
    </div>
  );
}

interface SelectProps {
  label: string;
  field: string;
  value: string;
  options: readonly { value: string; text: string }[];
  title?: string;
  onChange: (value: string) => void;
}

export function SelectField({ label, field, value, options, title, onChange }: SelectProps) {
  return (
    <Field label={label} field={field} title={title}>
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface NumberProps {
  label: string;
  field: string;
  value: number | null;
  integer?: boolean;
  optional?: boolean;
  title?: string;
  onChange: (value: number | null) => void;
}

/** A number that is sent when it is finished: on Enter, or when the field is left. */
export function NumberField({ label, field, value, integer, optional, title, onChange }: NumberProps) {
  const playground = usePlayground();
  const [draft, setDraft] = useState<string | null>(null);
  const cancelled = useRef(false);
  const shown = draft ?? (value === null ? "" : full(value));
  const commit = () => {
    if (draft === null) return;
    setDraft(null);
    if (cancelled.current) {
      cancelled.current = false;
      return;
    }
    const number = parseNumber(draft);
    if (number === null && !(optional && draft.trim() === "")) {
      playground.fault.value = { field, message: `${draft} is not a number`, hint: "" };
    } else if (number !== null && integer && !Number.isInteger(number)) {
      playground.fault.value = { field, message: `${draft} is not a whole number`, hint: "" };
    } else if (number !== value) {
      onChange(number);
    }
  };
  return (
    <Field label={label} field={field} title={title}>
      {({ id, describedBy }) => (
        <input
          id={id}
          class="number"
          type="text"
          inputMode={integer ? "numeric" : "decimal"}
          autocomplete="off"
          placeholder={optional ? "none" : ""}
          aria-describedby={describedBy}
          value={shown}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === "Enter") commit();
            if (event.key === "Escape") {
              cancelled.current = true;
              event.currentTarget.blur();
            }
          }}
        />
      )}
    </Field>
  );
}

interface SliderProps {
  label: string;
  field: string;
  value: number;
  low: number;
  high: number;
  steps: number;
  logarithmic?: boolean;
  mark?: number | null;
  markText?: string;
  integer?: boolean;
  onChange: (value: number) => void;
}

/** A slider; its value is sent while it moves, at most ten times a second. */
export function SliderField(props: SliderProps) {
  const { label, field, value, low, high, steps, logarithmic, integer, onChange } = props;
  const [draft, setDraft] = useState<number | null>(null);
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const place = (v: number) =>
    logarithmic ? Math.log(Math.max(v, low) / low) / Math.log(high / low) : (v - low) / (high - low);
  const at = (share: number) => {
    const raw = logarithmic ? low * (high / low) ** share : low + share * (high - low);
    return integer ? Math.round(raw) : Number(raw.toPrecision(logarithmic ? 2 : 3));
  };
  const shown = draft ?? value;
  const mark = props.mark ?? null;
  return (
    <Field label={label} field={field}>
      {({ id, describedBy }) => (
        <div class="slider">
          <span class="track">
            <input
              id={id}
              type="range"
              min={0}
              max={steps}
              step={1}
              aria-valuetext={String(shown)}
              aria-describedby={describedBy}
              value={Math.round(Math.min(1, Math.max(0, place(shown))) * steps)}
              onInput={(event) => {
                const next = at(Number(event.currentTarget.value) / steps);
                setDraft(next);
                window.clearTimeout(timer.current);
                timer.current = window.setTimeout(() => {
                  onChange(next);
                  setDraft(null);
                }, 100);
              }}
            />
            {mark !== null && place(mark) > 0 && place(mark) < 1 && (
              <span class="limit" style={{ left: `${place(mark) * 100}%` }} title={props.markText} />
            )}
          </span>
          <output for={id}>{integer ? count(shown) : tickLabel(shown)}</output>
        </div>
      )}
    </Field>
  );
}

export function CheckField(props: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId("check");
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
    </div>
  );
}

/** The fields of an object of the library, whatever they are. */
export function ObjectFields(props: {
  fields: Record<string, unknown>;
  values: Record<string, unknown>;
  path: string;
  skip?: readonly string[];
  onChange: (name: string, value: number | boolean | string | null) => void;
}) {
  const names = Object.keys(props.fields).filter((name) => !(props.skip ?? []).includes(name));
  return (
    <>
      {names.map((name) => {
        const preset = props.fields[name];
        const value = name in props.values ? props.values[name] : preset;
        const label = name.replace(/_/g, " ");
        if (typeof preset === "boolean") {
          return (
            <CheckField
              key={name}
              label={label}
              checked={value === true}
              onChange={(checked) => props.onChange(name, checked)}
            />
          );
        }
        if (typeof preset === "string") {
          return (
            <Field key={name} label={label} field={`${props.path}.${name}`}>
              {({ id, describedBy }) => (
                <input
                  id={id}
                  type="text"
                  aria-describedby={describedBy}
                  value={String(value ?? "")}
                  onChange={(event) => props.onChange(name, event.currentTarget.value)}
                />
              )}
            </Field>
          );
        }
        if (preset !== null && typeof preset !== "number") return null;
        return (
          <NumberField
            key={name}
            label={label}
            field={`${props.path}.${name}`}
            value={typeof value === "number" ? value : null}
            optional={preset === null}
            onChange={(number) => props.onChange(name, number)}
          />
        );
      })}
    </>
  );
}
