/** Binary frames: a header, and sections that are views of the frame's own bytes. */

const MAGIC = 0x31465243;
const HEADER = 88;
const SECTION = 48;

export const Kind = {
  parameters: 1,
  gradient: 2,
  boundary: 3,
  unitMaps: 4,
  curve: 5,
  unitCurves: 6,
  activations: 7,
  rowInputs: 8,
  curves: 9,
  health: 10,
  deadUnits: 11,
  path: 12,
  predictions: 13,
  losses: 14,
  rowGradients: 15,
} as const;

export type Numbers = Uint8Array | Float32Array | Float64Array;

export interface Section {
  readonly kind: number;
  readonly run: number;
  readonly index: number;
  readonly shape: readonly [number, number, number];
  readonly low: number;
  readonly high: number;
  readonly values: Numbers;
}

export interface Frame {
  readonly number: number;
  readonly network: number;
  readonly data: number;
  readonly playing: boolean;
  readonly past: boolean;
  readonly comparing: boolean;
  readonly update: number;
  readonly epoch: number;
  readonly batch: number;
  readonly last: number;
  readonly batchLoss: number;
  readonly rate: number;
  readonly cost: number;
  readonly branch: number;
  readonly sections: readonly Section[];
}

/** Reads a frame. Raises an error where it is cut or not a frame. */
export function decodeFrame(buffer: ArrayBuffer): Frame {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEADER || view.getUint32(0, true) !== MAGIC) {
    throw new Error("not a frame");
  }
  const flags = view.getUint32(16, true);
  const count = view.getUint32(20, true);
  if (buffer.byteLength < HEADER + count * SECTION) throw new Error("a frame that is cut");
  return {
    number: view.getUint32(4, true),
    network: view.getUint32(8, true),
    data: view.getUint32(12, true),
    playing: (flags & 1) !== 0,
    past: (flags & 8) !== 0,
    comparing: (flags & 16) !== 0,
    update: view.getFloat64(24, true),
    epoch: view.getFloat64(32, true),
    batch: view.getFloat64(40, true),
    last: view.getFloat64(48, true),
    batchLoss: view.getFloat64(56, true),
    rate: view.getFloat64(64, true),
    cost: view.getFloat64(72, true),
    branch: view.getUint32(80, true),
    sections: Array.from({ length: count }, (_, k) => section(view, HEADER + k * SECTION)),
  };
}

function section(view: DataView, at: number): Section {
  const u32 = (offset: number) => view.getUint32(at + offset, true);
  const shape = [u32(16), u32(20), u32(24)] as const;
  return {
    kind: u32(0),
    run: u32(4),
    index: u32(8),
    shape,
    low: view.getFloat64(at + 32, true),
    high: view.getFloat64(at + 40, true),
    values: numbers(view.buffer as ArrayBuffer, u32(12), u32(28), shape[0] * shape[1] * shape[2]),
  };
}

function numbers(buffer: ArrayBuffer, type: number, start: number, length: number): Numbers {
  switch (type) {
    case 0:
      return new Uint8Array(buffer, start, length);
    case 1:
      return new Float32Array(buffer, start, length);
    case 2:
      return new Float64Array(buffer, start, length);
    default:
      throw new Error(`numbers of an unknown type ${type}`);
  }
}
