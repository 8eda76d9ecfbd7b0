/** The messages of docs/playground-protocol.md. */

import type { Explanation } from "./explained";
import type { Catalog, Limits, Settings } from "./settings";

export type * from "./explained";
export type * from "./settings";

export interface View {
  boundary: number;
  units: number;
  axes: number[];
  row: number | null;
  gradients: "none" | "batch" | "row";
  curves: boolean;
  health: boolean;
  predictions: boolean;
  path: [string, string] | null;
  rate: number;
}

export interface Hello {
  protocol: number;
  version: string;
  session: string;
  resumed: boolean;
  limits: Limits;
  catalog: Catalog;
  settings: Settings;
  view: View;
  start: { lesson: string | null; table: string | null };
}

export interface Status {
  type: "status";
  playing: boolean;
  update: number;
  epoch: number;
  batch: number;
  last: number;
  speed: number | null;
  ended: "" | "stopped" | "diverged" | "done";
  message: string;
  branch: number;
  comparing: boolean;
  engine: string;
  engine_reason: string;
}

export interface NetworkLayer {
  kind: string;
  index: number;
  latex?: string;
  units: string[];
  activation?: string;
  activation_latex?: string;
  W?: [number, number];
  b?: [number, number] | null;
  range?: [number | null, number | null];
  initializer?: string;
  rate?: number;
  arrays?: Record<string, [number, number]>;
}

export interface NetworkEvent {
  type: "network";
  version: number;
  inputs: string[];
  outputs: string[];
  parameters: number;
  layers: NetworkLayer[];
  names: string[];
  short: string[];
  numbered: string[];
  loss: { name: string; latex: string; factor: number; reduction: string; from_logits: boolean };
  weights_editable: boolean;
}

export interface RowSet {
  X: number[][];
  y: number[];
  labels: string[] | null;
}

export interface DataEvent {
  type: "data";
  version: number;
  task: "binary" | "classes" | "regression";
  inputs: { name: string; unit: string; low: number; high: number }[];
  outputs: { name: string; low: number; high: number }[];
  classes: string[] | null;
  axes: number[];
  n_training: number;
  n_validation: number;
  training: RowSet;
  validation: RowSet;
  shown: number;
  message: string;
}

export interface Branch {
  branch: number;
  parent: number | null;
  from: number;
  last: number;
  label: string;
  curve: [number, number, number | null, number | null][];
}

export interface Timeline {
  type: "timeline";
  update: number;
  last: number;
  branch: number;
  branches: Branch[];
  marks: { update: number; label: string }[];
}

export interface SurfaceReply {
  weights: [string, string];
  low: [number, number];
  high: [number, number];
  size: number;
  at: [number, number];
  loss: (number | null)[][];
  update: number;
}

export interface TableReply {
  ok: boolean;
  table?: string;
  name?: string;
  rows?: number;
  columns?: {
    name: string;
    kind: string;
    distinct: number;
    missing: number;
    usable_as_target: boolean;
  }[];
  target?: string | null;
  message: string;
  hint?: string;
  field?: string;
}

export interface RowReply {
  inputs?: number[];
  target?: number | number[];
  output?: number[];
  loss?: number;
  [key: string]: unknown;
}

export interface TourStep {
  title: string;
  blocks: { kind: "prose" | "formula"; text?: string; latex?: string }[];
  settings: Partial<Settings> | null;
  press: string | null;
  say: string;
}

export interface TourReply {
  name: string;
  title: string;
  summary: string;
  steps: TourStep[];
}

export interface ExportReply {
  name: string;
  media_type: string;
  text?: string;
  base64?: string;
}

export type ServerEvent =
  | Status
  | { type: "settings"; settings: Settings }
  | NetworkEvent
  | DataEvent
  | Timeline
  | Explanation
  | { type: "notice"; message: string }
  | { type: "closing"; message: string };

export interface Reply {
  type: "reply";
  id: number | null;
  ok: boolean;
  value?: unknown;
  field?: string;
  message?: string;
  hint?: string;
}

/** What the server refused, with the setting that it belongs to. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly field: string,
    readonly hint: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}
