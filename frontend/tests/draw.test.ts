import { describe, expect, it } from "vitest";
import { decades, grownEnd, linear, logarithmic, ticks } from "../src/draw/axes";
import { divergingTable, parseHex } from "../src/draw/color";
import { lowerBound, nearest } from "../src/draw/curves";
import { drawNetwork } from "../src/draw/network";
import { curveOf, hitOf, place, pointOf } from "../src/draw/network_layout";
import { brief, count, full, parseNumber, short } from "../src/draw/number";
import type { Palette } from "../src/draw/color";
import type { Pen } from "../src/draw/pen";

describe("numbers as text", () => {
  it.each([
    [0, "0"],
    [1.23456, "1.235"],
    [-0.0214695, "\u22120.0215"],
    [123456, "1.23e+5"],
    [1e-9, "1.00e\u22129"],
    [NaN, ""],
    [null, ""],
    [Infinity, "\u221e"],
  ])("short(%d) is %s", (value, text) => expect(short(value)).toBe(text));

  it.each([0.1, -1 / 3, 1e300, 5e-324, 123456789.123])("full(%d) can be read back", (value) =>
    expect(parseNumber(full(value))).toBe(value),
  );

  it("reads a comma and any minus sign, and nothing else", () => {
    expect(parseNumber("\u22120,5")).toBe(-0.5);
    for (const text of ["", "a", "1.2.3", "NaN", "Infinity"]) expect(parseNumber(text)).toBeNull();
  });

  it("groups digits and keeps what is missing empty", () => {
    expect(count(1234567)).toBe("1\u202f234\u202f567");
    expect(brief(undefined)).toBe("");
  });
});

describe("axes", () => {
  it.each([linear(-2, 6, 10, 110), logarithmic(1e-4, 10, 200, 20)])("a scale goes both ways", (scale) => {
    for (const value of [scale.from, scale.to, scale.to / 3]) {
      expect(scale.value(scale.at(value))).toBeCloseTo(value, 10);
    }
  });

  it.each([
    [0, 1],
    [-3.7, 12.2],
    [1e-9, 3e-9],
  ])("ticks of %d to %d are inside and even", (from, to) => {
    const marks = ticks(from, to, 5);
    expect(marks.length).toBeGreaterThan(1);
    for (const mark of marks) expect(mark >= from - 1e-12 && mark <= to + 1e-12).toBe(true);
  });

  it("has no ticks where there is no range", () => {
    expect(ticks(1, 1, 5)).toEqual([]);
    expect(ticks(0, Infinity, 5)).toEqual([]);
  });

  it("marks decades and grows in steps", () => {
    expect(decades(1e-3, 1e2, 10)).toEqual([1e-3, 1e-2, 1e-1, 1, 10, 100].map((v) => Number(v)));
    expect([0.3, 1, 1.1, 7, 11].map(grownEnd)).toEqual([0.5, 1, 2, 10, 20]);
  });
});

describe("colours", () => {
  it("reads three digits as six", () => {
    expect(parseHex(" #f0a")).toEqual(parseHex("#ff00aa"));
    expect(() => parseHex("red")).toThrow();
  });

  it("runs from the negative colour over the middle to the positive one", () => {
    const table = divergingTable("#ff0000", "#ffffff", "#0000ff");
    expect(table[0]).toBe(0xff0000ff); // alpha, blue, green, red
    expect(table[255]).toBe(0xffff0000);
    expect(table[0]).not.toBe(table[127]);
  });
});

describe("curves", () => {
  it("finds the nearest point", () => {
    const line = { name: "", x: [0, 1, 5, 9], y: [0, 0, 0, 0], color: "", dash: [], width: 1 };
    expect([-3, 0.4, 2.9, 3.1, 80].map((x) => nearest(line, x))).toEqual([0, 0, 1, 2, 3]);
    expect(lowerBound([1, 2, 2, 3], 2)).toBe(1);
  });
});

describe("layout of a network", () => {
  const columns = (...sizes: number[]) =>
    sizes.map((n, layer) => ({ layer, names: Array.from({ length: n }, (_, k) => `u${k}`) }));

  it.each([
    [[2, 8, 8, 1], 640, 400],
    [[1, 1], 300, 200],
    [[30, 64, 64, 10], 600, 380],
    [[2, 3, 3, 3, 3, 3, 3, 1], 380, 420],
  ])("%j lies inside, and nothing overlaps", (sizes, width, height) => {
    const layout = place(columns(...sizes), width, height);
    layout.columns.forEach((boxes, c) => {
      expect(boxes.length + layout.hidden[c]!).toBe(sizes[c]);
      boxes.forEach((box, u) => {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.size).toBeLessThanOrEqual(width);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.y + box.size + 12).toBeLessThanOrEqual(height + 1);
        if (u > 0) expect(box.y).toBeGreaterThanOrEqual(boxes[u - 1]!.y + box.size + 12);
      });
      if (c > 0) expect(boxes[0]!.x).toBeGreaterThan(layout.columns[c - 1]![0]!.x + boxes[0]!.size);
    });
  });

  it("finds what lies under a point", () => {
    const layout = place(columns(2, 2, 1), 500, 300);
    const edges = [
      { column: 1, from: 0, to: 1, index: 4 },
      { column: 2, from: 1, to: 0, index: 9 },
    ];
    for (const edge of edges) {
      const [x, y] = pointOf(curveOf(layout, edge)!, 0.5);
      expect(hitOf(layout, edges, () => true, x, y)).toEqual({ kind: "edge", edge });
    }
    const box = layout.columns[1]![1]!;
    expect(hitOf(layout, edges, () => true, box.x + 5, box.y + 5)).toEqual({ kind: "unit", column: 1, unit: 1 });
    expect(hitOf(layout, edges, () => true, box.x + 5, box.y + box.size + 6)?.kind).toBe("bias");
    expect(hitOf(layout, edges, () => false, box.x + 5, box.y + box.size + 6)).toBeNull();
    expect(hitOf(layout, edges, () => true, 250, 2)).toBeNull();
  });
});

describe("picture of a network", () => {
  it("writes the numbers themselves on edges and biases, however they are scaled to be seen", () => {
    const texts: string[] = [];
    const pen = new Proxy({} as Record<string, unknown>, {
      get: (set, name: string) =>
        name in set
          ? set[name]
          : name === "fillText"
            ? (text: string) => texts.push(text)
            : () => ({ width: 8 }),
    }) as unknown as Pen;
    const columns = [1, 1].map((n, layer) => ({ layer, names: [`u${n}`] }));
    drawNetwork(pen, {} as Palette, {
      layout: place(columns, 400, 300),
      columns,
      edges: [{ column: 1, from: 0, to: 0, index: 0 }],
      biases: [{ column: 1, unit: 0, index: 1 }],
      numbers: Float64Array.of(2e-5, -1e-5),
      strengths: Float64Array.of(3, -1.5),
      map: () => null,
      curve: () => null,
      activity: () => null,
      lit: null,
      chosen: null,
      hovered: null,
      problem: () => null,
    });
    expect(texts).toContain(brief(2e-5));
    expect(texts).toContain(brief(-1e-5));
  });
});
