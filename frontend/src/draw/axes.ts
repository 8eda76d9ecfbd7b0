/** Scales and ticks. */

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** Where a value lies, in pixels. */
  at(value: number): number;
  /** Which value lies there. */
  value(pixel: number): number;
}

export function linear(from: number, to: number, start: number, end: number): Scale {
  const span = to - from || 1;
  return {
    from,
    to,
    at: (value) => start + ((value - from) / span) * (end - start),
    value: (pixel) => from + ((pixel - start) / (end - start)) * span,
  };
}

export function logarithmic(from: number, to: number, start: number, end: number): Scale {
  const inner = linear(Math.log10(from), Math.log10(to), start, end);
  return {
    from,
    to,
    at: (value) => inner.at(Math.log10(value)),
    value: (pixel) => 10 ** inner.value(pixel),
  };
}

/** A step of 1, 2 or 5 times a power of ten that cuts the span into about n parts. */
export function niceStep(span: number, n: number): number {
  const rough = span / Math.max(n, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough * 0.999) ?? 10;
  return factor * power;
}

export function ticks(from: number, to: number, n: number): number[] {
  if (!(to > from) || !Number.isFinite(to - from)) return [];
  const step = niceStep(to - from, n);
  const result: number[] = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++) {
    result.push(Number((k * step).toPrecision(12)));
  }
  return result;
}

/** Powers of ten in the range, thinned to n. */
export function decades(from: number, to: number, n: number): number[] {
  const low = Math.ceil(Math.log10(from) - 1e-9);
  const high = Math.floor(Math.log10(to) + 1e-9);
  const step = Math.max(1, Math.ceil((high - low + 1) / n));
  const result: number[] = [];
  for (let k = low; k <= high; k += step) result.push(10 ** k);
  return result;
}

/** The next end of an axis: it grows in steps, so that nothing jumps. */
export function grownEnd(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((f) => f * power >= value) ?? 10) * power;
}

export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) {
    return value.toExponential(0).replace("+", "").replace(/-/g, "\u2212");
  }
  return String(Number(value.toPrecision(6))).replace("-", "\u2212");
}
