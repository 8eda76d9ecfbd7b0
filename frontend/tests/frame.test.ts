import { describe, expect, it } from "vitest";
import { decodeFrame, Kind } from "../src/transport/frame";
import { Picture } from "../src/state/picture";
import { frameBytes } from "./frames";

describe("decodeFrame", () => {
  it("reads header, sections and numbers of each type", () => {
    const frame = decodeFrame(
      frameBytes({
        number: 7,
        network: 3,
        data: 2,
        flags: 1 | 8,
        update: 120,
        epoch: 4,
        sections: [
          { kind: Kind.parameters, shape: [2], values: Float64Array.of(0.1, -1 / 3) },
          { kind: Kind.boundary, shape: [1, 1, 3], low: -2, high: 2, values: Uint8Array.of(0, 9, 255) },
          { kind: Kind.curve, run: 1, shape: [1, 2], values: Float32Array.of(1.5, NaN) },
        ],
      }),
    );
    expect([frame.number, frame.network, frame.data, frame.update, frame.epoch]).toEqual([7, 3, 2, 120, 4]);
    expect([frame.playing, frame.past, frame.comparing]).toEqual([true, true, false]);
    expect([...frame.sections[0]!.values]).toEqual([0.1, -1 / 3]);
    expect([...frame.sections[1]!.values]).toEqual([0, 9, 255]);
    expect([frame.sections[1]!.low, frame.sections[1]!.high]).toEqual([-2, 2]);
    expect(frame.sections[2]!.run).toBe(1);
    expect([...frame.sections[2]!.values]).toEqual([1.5, NaN]);
  });

  it.each([0, 40, 87, 100, 140])("refuses a frame cut after %i bytes", (length) => {
    const whole = frameBytes({
      sections: [{ kind: Kind.parameters, shape: [4], values: new Float64Array(4) }],
    });
    expect(() => decodeFrame(whole.slice(0, length))).toThrow();
  });

  it("refuses what is no frame", () => {
    expect(() => decodeFrame(new ArrayBuffer(200))).toThrow("not a frame");
  });
});

describe("Picture", () => {
  const frame = (flags: number, sections: Parameters<typeof frameBytes>[0]["sections"]) =>
    decodeFrame(frameBytes({ flags, sections }));
  const numbers = (kind: number, run: number, value: number) => ({
    kind,
    run,
    shape: [1],
    values: Float64Array.of(value),
  });

  it("keeps what a frame leaves out", () => {
    const picture = new Picture();
    picture.take(frame(0, [numbers(Kind.parameters, 0, 1), numbers(Kind.losses, 0, 2)]));
    picture.take(frame(0, [numbers(Kind.parameters, 0, 3)]));
    expect(picture.parameters()?.[0]).toBe(3);
    expect(picture.doubles(Kind.losses)?.[0]).toBe(2);
  });

  it("forgets the other run when it has ended", () => {
    const picture = new Picture();
    picture.take(frame(16, [numbers(Kind.parameters, 1, 5)]));
    expect(picture.parameters(1)?.[0]).toBe(5);
    picture.take(frame(0, [numbers(Kind.parameters, 0, 1)]));
    expect(picture.parameters(1)).toBeNull();
  });
});
