/** A network as boxes and edges: where they lie, and what lies under a point. */

/** A column of units; the first one holds the inputs. */
export interface Column {
  readonly layer: number;
  readonly names: readonly string[];
}

/** A weight: from unit i of the column before to unit j of this column. */
export interface Edge {
  readonly column: number;
  readonly from: number;
  readonly to: number;
  /** Its place in the vector of all parameters. */
  readonly index: number;
}

export interface Bias {
  readonly column: number;
  readonly unit: number;
  readonly index: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly (readonly Box[])[];
  /** How many units of each column are not shown. */
  readonly hidden: readonly number[];
}

export type Hit =
  | { readonly kind: "unit"; readonly column: number; readonly unit: number }
  | { readonly kind: "bias"; readonly column: number; readonly unit: number }
  | { readonly kind: "edge"; readonly edge: Edge };

const LARGEST = 54;
/** Of a network with few units in each column. */
const LARGER = 96;
const SMALLEST = 18;
const FARTHEST = 300;
/** The height of a bias bar. */
export const BIAS = 9;
const MARGIN = 12;

/** Boxes as large as fit; where not all units of a column fit, the first ones. */
export function place(columns: readonly Column[], width: number, height: number): Layout {
  const most = Math.max(1, ...columns.map((column) => column.names.length));
  const room = height - 2 * MARGIN;
  const largest = most <= 3 && room / most > 150 ? LARGER : LARGEST;
  const pitch = Math.max(SMALLEST + BIAS + 6, Math.min(largest + 26, room / most));
  const gaps = columns.length - 1;
  const across = gaps > 0 ? Math.min(FARTHEST, (width - largest - 2 * MARGIN) / gaps) : 0;
  const size = Math.max(SMALLEST, Math.min(largest, pitch - BIAS - 8, across * 0.55 || largest));
  const fits = Math.max(1, Math.floor(room / pitch));
  const boxes = columns.map((column, c) => {
    const shown = Math.min(column.names.length, fits);
    const x = (width - gaps * across - size) / 2 + c * across;
    const gap = Math.min(room / shown, Math.max(pitch, size * 2));
    const top = height / 2 - (gap * (shown - 1)) / 2 - (size + BIAS) / 2;
    return Array.from({ length: shown }, (_, u) => ({ x, y: top + u * gap, size }));
  });
  const hidden = columns.map((column, c) => column.names.length - boxes[c]!.length);
  return { width, height, columns: boxes, hidden };
}

export interface Curve {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export function curveOf(layout: Layout, edge: Edge): Curve | null {
  const from = layout.columns[edge.column - 1]?.[edge.from];
  const to = layout.columns[edge.column]?.[edge.to];
  if (from === undefined || to === undefined) return null;
  return {
    x0: from.x + from.size,
    y0: from.y + from.size / 2,
    x1: to.x,
    y1: to.y + to.size / 2,
  };
}

/** A point of the curve: a cubic with level ends. */
export function pointOf(curve: Curve, t: number): [number, number] {
  const middle = (curve.x0 + curve.x1) / 2;
  const s = 1 - t;
  const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return [
    a * curve.x0 + b * middle + c * middle + d * curve.x1,
    a * curve.y0 + b * curve.y0 + c * curve.y1 + d * curve.y1,
  ];
}

/** Width of an edge in pixels: the logarithm of its size, so that small ones are seen; thinner
 * where there are many. */
export function edgeWidth(value: number, n: number): number {
  const scale = Math.max(0.3, Math.min(1, 4 / Math.sqrt(n)));
  return Math.min(9 * scale, 0.5 + 2.6 * scale * Math.log1p(Math.abs(value)));
}

export function biasBox(box: Box): { x: number; y: number; width: number; height: number } {
  return { x: box.x, y: box.y + box.size + 3, width: box.size, height: BIAS };
}

export function hitOf(
  layout: Layout,
  edges: readonly Edge[],
  hasBias: (column: number, unit: number) => boolean,
  x: number,
  y: number,
): Hit | null {
  for (let column = 0; column < layout.columns.length; column++) {
    for (let unit = 0; unit < layout.columns[column]!.length; unit++) {
      const box = layout.columns[column]![unit]!;
      if (x < box.x || x > box.x + box.size) continue;
      if (y >= box.y && y <= box.y + box.size) return { kind: "unit", column, unit };
      const bias = biasBox(box);
      if (y >= bias.y - 2 && y <= bias.y + bias.height + 3 && hasBias(column, unit)) {
        return { kind: "bias", column, unit };
      }
    }
  }
  let best: Edge | null = null;
  let nearest = 7;
  for (const edge of edges) {
    const curve = curveOf(layout, edge);
    if (curve === null || x < curve.x0 || x > curve.x1) continue;
    for (let k = 0; k <= 24; k++) {
      const [px, py] = pointOf(curve, k / 24);
      const [qx, qy] = pointOf(curve, Math.min(1, (k + 1) / 24));
      const distance = toSegment(x, y, px, py, qx, qy);
      if (distance < nearest) {
        nearest = distance;
        best = edge;
      }
    }
  }
  return best === null ? null : { kind: "edge", edge: best };
}

function toSegment(x: number, y: number, px: number, py: number, qx: number, qy: number): number {
  const [dx, dy] = [qx - px, qy - py];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - px) * dx + (y - py) * dy) / length));
  return Math.hypot(x - px - t * dx, y - py - t * dy);
}
