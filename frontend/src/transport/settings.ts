/** What decides a run, what can be chosen for it, and how large it may be. */

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

export interface OptimizerChoice extends ObjectChoice {
  /** An update is an iteration over all rows, its length the optimizer's own choice. */
  whole_iterations: boolean;
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
  optimizers: OptimizerChoice[];
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
