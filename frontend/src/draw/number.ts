/** Numbers as text: an even width while they change, all digits where they are asked for. */

const MINUS = "\u2212";

function signed(text: string): string {
  return text.replace(/-/g, MINUS);
}

/** Four significant digits or so, never longer than ten characters. What is missing is empty. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : `${MINUS}\u221e`;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e5 || size < 1e-4) return signed(value.toExponential(2));
  if (size >= 1000) return signed(value.toFixed(0));
  if (size >= 100) return signed(value.toFixed(1));
  if (size >= 10) return signed(value.toFixed(2));
  return signed(value.toFixed(size >= 1 ? 3 : 4));
}

/** Two or three digits, for a label in a picture. */
export function brief(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return short(value);
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e4 || size < 1e-3) return signed(value.toExponential(0));
  return signed(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3));
}

/** Six digits after the point, as explanations have them; whole numbers as they are. */
export function six(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return short(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return signed(String(value));
  const size = Math.abs(value);
  return signed(size >= 1e5 || size < 1e-4 ? value.toExponential(5) : value.toFixed(6));
}

/** Every digit of the double. */
export function full(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  return signed(String(value));
}

/** 4 800, with thin spaces. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** What a person typed: a number, with any minus sign and either decimal sign; else null. */
export function parseNumber(text: string): number | null {
  const plain = text.trim().replace(/\u2212/g, "-").replace(/[\s\u202f]/g, "").replace(",", ".");
  if (plain === "") return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}
