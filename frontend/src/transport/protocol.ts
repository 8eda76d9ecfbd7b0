/** The messages of docs/playground-protocol.md. */

export type Scalar = number | string | boolean | null;
export type Fields = Record<string, Scalar>;

export interface DataSettings {
  kind: string;
  n?: number;
  noise?: number;
  seed?: number;
  validation?: number;
  formula?: string;
  low?: number;
  high?: number;
  points?: number[][];
  task?: string;
  table?: string;
  target?: string;
  features?: string[] | null;
}

export interface LayerSettings {
  kind: string;
  units?: number;
  activation?: string;
  initializer?: string | null;
  rate?: number;
}

export type Typed = { type: string } & Record<string, Scalar>;
export type Named = { name: string } & Record<string, Scalar>;

export interface Settings {
  version: number;
  learner: Named;
  data: DataSettings;
  layers: LayerSettings[];
  loss: Named;
  optimizer: Typed;
  schedule: Typed;
  batch_size: number | "full";
  shuffle: boolean;
  clip_norm: number | null;
  penalties: Typed[];
  stop: Typed[];
  epochs: number | null;
  seed: number;
  initial?: Record<string, number> | null;
}

export interface Choice {
  name: string;
  type?: string;
  title?: string;
  latex?: string;
  fields?: Fields;
}

export interface ActivationChoice extends Choice {
  range: string;
  output_only: boolean;
}

export interface LossChoice extends Choice {
  factor: number;
  reduction: string;
  outputs: string[];
  tasks: string[];
}

export interface ObjectChoice {
  type: string;
  latex?: string;
  fields: Fields;
}

export interface DatasetChoice {
  name: string;
  title: string;
  task: string;
  inputs: string[];
  fields: string[];
  group: string;
  settings: Partial<Settings>;
}

export interface Catalog {
  activations: ActivationChoice[];
  losses: LossChoice[];
  optimizers: ObjectChoice[];
  schedules: ObjectChoice[];
  penalties: ObjectChoice[];
  initializers: Choice[];
  stop_rules: ObjectChoice[];
  layers: string[];
  learners: { name: string; title: string; fields: Fields }[];
  datasets: DatasetChoice[];
  tours: { name: string; title: string; summary: string }[];
  functions: string[];
}

export interface Limits {
  rows: number;
  inputs: number;
  outputs: number;
  layers: number;
  units: number;
  parameters: number;
  points: number;
  grid: number;
  message_bytes: number;
  upload_bytes: number;
  sessions: number;
}

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

export interface MathText {
  text: string;
  latex: string;
}

export interface ExplainedValue {
  symbol: MathText;
  formula: MathText;
  substituted: MathText;
  value: number | null;
  origin: string;
  rule?: MathText;
}

export interface ExplainedStep {
  optimizer: string;
  learning_rate: number | null;
  fresh: boolean;
  weight: number | null;
  loss_if_alone: number | null;
  loss: number | null;
  reason: string;
}

export interface Explained {
  kind: string;
  weight?: {
    symbol: MathText;
    name: string;
    unit_name: string;
    value: number | null;
    trainable: boolean;
  };
  row?: string;
  forward?: ExplainedValue[];
  factors?: ExplainedValue[];
  product?: number | null;
  paths?: { units: string[]; factors: number[]; contribution: number }[];
  n_paths?: number;
  remainder?: number | null;
  penalties?: ExplainedValue[];
  derivative?: number | null;
  reason?: string;
  loss?: number | null;
  step?: ExplainedStep | null;
  check?: { value: number | null; verdict: string; where: string } | null;
  samples?: { label: string; share: number | null; [key: string]: unknown }[];
  notes?: string[];
  [key: string]: unknown;
}

export interface UnitNumbers {
  layer: number;
  unit: number;
  z: number | null;
  a: number | null;
  bias: number | null;
  contributions: { edge: string; weight: number; input: number; product: number }[];
  delta: number | null;
  slope: number | null;
}

export interface Explanation {
  type: "explanation";
  update: number;
  weight: string | null;
  unit: string | null;
  row: number | null;
  explained: Explained;
  links: { edges: string[]; units: string[] }[];
  of_unit?: UnitNumbers;
}

export interface Preview {
  update: number;
  after: number;
  batch_loss: number | null;
  loss: number | null;
  loss_after: number | null;
  learning_rate: number | null;
  rows: number[] | null;
  parameters: number[];
  ended?: string;
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
