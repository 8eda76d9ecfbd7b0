/** A picture with its title, a table of the same numbers, and files to take away. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { palette } from "../draw/color";
import { SvgPen, type Pen } from "../draw/pen";
import { Icon } from "./icon";
import { save } from "./save";

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}

interface Props {
  title: string;
  name: string;
  /** The rows are made when the table is opened, and while it is. */
  table: () => Table;
  /** Draws the picture on any pen, for the SVG. */
  draw?: (pen: Pen, width: number, height: number) => void;
  canvas?: () => HTMLCanvasElement | null;
  tools?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function PictureFrame(props: Props) {
  const [open, setOpen] = useState(false);
  const size = () => {
    const canvas = props.canvas?.();
    return [canvas?.clientWidth || 480, canvas?.clientHeight || 360] as const;
  };
  const png = () => {
    const canvas = props.canvas?.();
    canvas?.toBlob((blob) => blob !== null && save(`${props.name}.png`, blob));
  };
  const svg = () => {
    const [width, height] = size();
    const pen = new SvgPen(width, height, palette().ground);
    props.draw?.(pen, width, height);
    save(`${props.name}.svg`, new Blob([pen.toString()], { type: "image/svg+xml" }));
  };
  return (
    <section class={`picture ${props.class ?? ""}`} aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        {props.tools}
        <span class="tools">
          <button
            type="button"
            class="quiet"
            aria-expanded={open}
            aria-label={`${props.title} as a table`}
            title="As a table"
            onClick={() => setOpen(!open)}
          >
            <Icon name="table" />
          </button>
          {props.canvas && (
            <button type="button" class="quiet" aria-label={`${props.title} as PNG`} title="Save as PNG" onClick={png}>
              PNG
            </button>
          )}
          {props.draw && (
            <button type="button" class="quiet" aria-label={`${props.title} as SVG`} title="Save as SVG" onClick={svg}>
              SVG
            </button>
          )}
        </span>
      </header>
      {props.children}
      {open && <NumbersTable title={props.title} table={props.table} close={() => setOpen(false)} />}
    </section>
  );
}

export function TableHead({ names }: { names: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function NumbersTable(props: { title: string; table: () => Table; close: () => void }) {
  const { head, rows } = props.table();
  return (
    <div class="behind" role="region" aria-label={`${props.title}, table`} tabIndex={0}>
      <button type="button" class="quiet close" aria-label="Close the table" onClick={props.close}>
        <Icon name="close" />
      </button>
      <table>
        <TableHead names={head} />
        <tbody>
          {rows.map((cells, k) => (
            <tr key={k}>
              {cells.map((cell, c) => (
                <td key={c}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
