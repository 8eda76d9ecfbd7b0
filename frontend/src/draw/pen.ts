/** What drawings need of a canvas. `SvgPen` writes the same calls down as a picture to keep. */

export type Pen = Pick<
  CanvasRenderingContext2D,
  | "beginPath"
  | "moveTo"
  | "lineTo"
  | "bezierCurveTo"
  | "arc"
  | "rect"
  | "closePath"
  | "stroke"
  | "fill"
  | "fillRect"
  | "strokeRect"
  | "fillText"
  | "measureText"
  | "setLineDash"
  | "drawImage"
  | "strokeStyle"
  | "fillStyle"
  | "lineWidth"
  | "lineCap"
  | "font"
  | "textAlign"
  | "textBaseline"
  | "globalAlpha"
  | "imageSmoothingEnabled"
>;

const ANCHORS: Record<string, string> = { left: "start", center: "middle", right: "end" };
const SHIFTS: Record<string, string> = { top: "0.9em", middle: "0.35em" };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** The calls of a drawing as SVG. */
export class SvgPen implements Pen {
  strokeStyle: string | CanvasGradient | CanvasPattern = "#000";
  fillStyle: string | CanvasGradient | CanvasPattern = "#000";
  lineWidth = 1;
  lineCap: CanvasLineCap = "butt";
  font = "10px sans-serif";
  textAlign: CanvasTextAlign = "left";
  textBaseline: CanvasTextBaseline = "alphabetic";
  globalAlpha = 1;
  imageSmoothingEnabled = true;
  readonly #items: string[] = [];
  readonly #ruler = document.createElement("canvas").getContext("2d")!;
  #path: string[] = [];
  #dash: number[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
    readonly ground: string,
  ) {}

  beginPath(): void {
    this.#path = [];
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`M${round(x)} ${round(y)}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`L${round(x)} ${round(y)}`);
  }
  bezierCurveTo(a: number, b: number, c: number, d: number, x: number, y: number): void {
    this.#path.push(`C${[a, b, c, d, x, y].map(round).join(" ")}`);
  }
  closePath(): void {
    this.#path.push("Z");
  }
  rect(x: number, y: number, w: number, h: number): void {
    this.#path.push(`M${round(x)} ${round(y)}h${round(w)}v${round(h)}h${round(-w)}Z`);
  }
  /** Whole circles only: that is all that drawings ask for. */
  arc(x: number, y: number, r: number): void {
    this.#path.push(
      `M${round(x - r)} ${round(y)}a${r} ${r} 0 1 0 ${round(2 * r)} 0a${r} ${r} 0 1 0 ${round(-2 * r)} 0`,
    );
  }
  setLineDash(dash: number[]): void {
    this.#dash = dash;
  }
  stroke(): void {
    this.#add(`<path d="${this.#path.join("")}" fill="none"${this.#stroked()}/>`);
  }
  fill(): void {
    this.#add(`<path d="${this.#path.join("")}" fill="${String(this.fillStyle)}"${this.#alpha()}/>`);
  }
  fillRect(x: number, y: number, w: number, h: number): void {
    this.#add(`<rect${place(x, y, w, h)} fill="${String(this.fillStyle)}"${this.#alpha()}/>`);
  }
  strokeRect(x: number, y: number, w: number, h: number): void {
    this.#add(`<rect${place(x, y, w, h)} fill="none"${this.#stroked()}/>`);
  }
  measureText(text: string): TextMetrics {
    this.#ruler.font = this.font;
    return this.#ruler.measureText(text);
  }
  fillText(text: string, x: number, y: number): void {
    const [, weight, size] = /^(?:(\d+)\s+)?([\d.]+)px/.exec(this.font) ?? [];
    const shift = SHIFTS[this.textBaseline] ?? "0";
    const anchor = ANCHORS[this.textAlign] ?? "start";
    this.#add(
      `<text x="${round(x)}" y="${round(y)}" dy="${shift}" text-anchor="${anchor}" ` +
        `font-family="sans-serif" font-size="${size ?? 10}" font-weight="${weight ?? 400}" ` +
        `fill="${String(this.fillStyle)}"${this.#alpha()}>${escape(text)}</text>`,
    );
  }
  drawImage(image: CanvasImageSource, x: number, y: number, w?: number, h?: number): void {
    const source = image as HTMLCanvasElement;
    this.#add(
      `<image${place(x, y, w ?? source.width, h ?? source.height)} preserveAspectRatio="none" ` +
        `href="${source.toDataURL("image/png")}"/>`,
    );
  }

  toString(): string {
    const { width, height, ground } = this;
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="${ground}"/>` +
      `${this.#items.join("\n")}</svg>\n`
    );
  }

  #add(item: string): void {
    this.#items.push(item);
  }
  #alpha(): string {
    return this.globalAlpha === 1 ? "" : ` opacity="${this.globalAlpha}"`;
  }
  #stroked(): string {
    const dash = this.#dash.length > 0 ? ` stroke-dasharray="${this.#dash.join(" ")}"` : "";
    return ` stroke="${String(this.strokeStyle)}" stroke-width="${round(this.lineWidth)}"${dash}${this.#alpha()}`;
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function place(x: number, y: number, w: number, h: number): string {
  return ` x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"`;
}
