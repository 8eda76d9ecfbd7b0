/** The chain rule with its numbers, as `chainrule.explain` gives it; the next update, before it is done. */

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
