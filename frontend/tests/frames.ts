/** Writes frames as docs/playground-protocol.md describes them. */

export interface SectionInput {
  kind: number;
  run?: number;
  index?: number;
  shape: number[];
  low?: number;
  high?: number;
  values: Uint8Array | Float32Array | Float64Array;
}

export interface FrameInput {
  number?: number;
  network?: number;
  data?: number;
  flags?: number;
  update?: number;
  epoch?: number;
  sections: SectionInput[];
}

export function frameBytes(input: FrameInput): ArrayBuffer {
  const { sections } = input;
  let size = 88 + 48 * sections.length;
  const starts = sections.map((section) => {
    size = Math.ceil(size / 8) * 8;
    const start = size;
    size += section.values.byteLength;
    return start;
  });
  const buffer = new ArrayBuffer(size);
  const view = new DataView(buffer);
  const u32 = (at: number, value: number) => view.setUint32(at, value, true);
  const f64 = (at: number, value: number) => view.setFloat64(at, value, true);
  u32(0, 0x31465243);
  u32(4, input.number ?? 1);
  u32(8, input.network ?? 1);
  u32(12, input.data ?? 1);
  u32(16, input.flags ?? 0);
  u32(20, sections.length);
  f64(24, input.update ?? 0);
  f64(32, input.epoch ?? 0);
  sections.forEach((section, k) => {
    const at = 88 + 48 * k;
    u32(at, section.kind);
    u32(at + 4, section.run ?? 0);
    u32(at + 8, section.index ?? 0);
    u32(at + 12, section.values instanceof Uint8Array ? 0 : section.values instanceof Float32Array ? 1 : 2);
    [0, 1, 2].forEach((d) => u32(at + 16 + 4 * d, section.shape[d] ?? 1));
    u32(at + 28, starts[k]!);
    f64(at + 32, section.low ?? 0);
    f64(at + 40, section.high ?? 1);
    const bytes = new Uint8Array(
      section.values.buffer,
      section.values.byteOffset,
      section.values.byteLength,
    );
    new Uint8Array(buffer, starts[k]!, bytes.length).set(bytes);
  });
  return buffer;
}
