/** What lies over the picture of the network: a button for each unit and bias, a tip at the pointer. */

import { biasBox, type Hit, type Layout } from "../draw/network_layout";
import { short } from "../draw/number";
import type { Graph } from "../state/graph";
import type { Playground } from "../state/playground";
import { Kind } from "../transport/frame";
import { biasOf, parameterOf } from "./network_picture";

export function Tip(props: {
  playground: Playground;
  graph: Graph;
  width: number;
  height: number;
  hit: Hit;
  x: number;
  y: number;
}) {
  const { playground, graph, width, height, hit, x, y } = props;
  playground.counted.value;
  const { picture } = playground;
  const index = parameterOf(graph, hit);
  const lines: string[] = [];
  if (index !== null) {
    lines.push(`${graph.label(index)} = ${short(picture.parameters()?.[index])}`);
    lines.push(`gradient ${short(picture.gradient()?.[index]) || "–"}`);
    const editable = playground.network.value?.weights_editable === true;
    lines.push(editable ? "click: explain, double click: edit" : "click: explain");
  } else if (hit.kind === "unit") {
    const column = graph.columns[hit.column]!;
    const layer = graph.layers[hit.column];
    lines.push(column.names[hit.unit]! + (layer ? `, ${layer.activation ?? layer.kind}` : ", input"));
    const classes = playground.data.value?.classes;
    if (hit.column === graph.columns.length - 1 && classes && classes.length === column.names.length) {
      lines.push(`says ${classes[hit.unit]}`);
    }
    const a =
      hit.column === 0
        ? picture.doubles(Kind.rowInputs)?.[hit.unit]
        : picture.doubles(Kind.activations, 0, column.layer)?.[hit.unit];
    if (a !== undefined) lines.push(`value for this row ${short(a)}`);
    if (hit.column > 0) lines.push("click: explain");
  }
  const style: Record<string, string> = {};
  if (y > height - 80) style["bottom"] = `${height - y + 14}px`;
  else style["top"] = `${y + 14}px`;
  if (x > width / 2) style["right"] = `${width - x + 14}px`;
  else style["left"] = `${x + 14}px`;
  return (
    <div class="tip" style={style}>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}

export function UnitButtons(props: {
  graph: Graph;
  layout: Layout;
  press: (hit: Hit) => void;
  point: (hit: Hit | null, x?: number, y?: number) => void;
  edit: (hit: Hit, x: number, y: number) => void;
}) {
  const { graph, layout, press, point, edit } = props;
  const corner = (hit: Hit & { column: number; unit: number }): [number, number] => {
    const box = layout.columns[hit.column]![hit.unit]!;
    return [box.x + box.size - 6, box.y + box.size - 6];
  };
  const button = (hit: Hit & { column: number; unit: number }, label: string, style: Record<string, string>) => (
    <button
      key={`${hit.kind}${hit.column}.${hit.unit}`}
      type="button"
      class="spot"
      aria-label={label}
      style={style}
      onClick={() => press(hit)}
      onPointerEnter={() => point(hit, ...corner(hit))}
      onPointerLeave={() => point(null)}
      onDblClick={() => edit(hit, ...corner(hit))}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && point(hit, ...corner(hit))}
      onBlur={() => point(null)}
    />
  );
  return (
    <>
      {layout.columns.slice(1).flatMap((boxes, k) =>
        boxes.flatMap((box, unit) => {
          const column = k + 1;
          const name = graph.columns[column]!.names[unit]!;
          const bias = biasOf(graph, column, unit);
          const bar = biasBox(box);
          return [
            button({ kind: "unit", column, unit }, `Explain unit ${name}`, {
              left: `${box.x}px`,
              top: `${box.y}px`,
              width: `${box.size}px`,
              height: `${box.size}px`,
            }),
            bias === null
              ? null
              : button({ kind: "bias", column, unit }, `Explain bias ${graph.label(bias)}`, {
                  left: `${bar.x}px`,
                  top: `${bar.y - 1}px`,
                  width: `${bar.width}px`,
                  height: `${bar.height + 2}px`,
                }),
          ];
        }),
      )}
    </>
  );
}
