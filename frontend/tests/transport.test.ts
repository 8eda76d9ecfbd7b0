/// <reference types="vite/client" />
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Playground } from "../src/state/playground";
import { Kind } from "../src/transport/frame";
import type { DataEvent, NetworkEvent } from "../src/transport/protocol";
import { FakeTransport } from "./fake_transport";
import { frameBytes } from "./frames";

const sources = Object.entries(
  import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }),
);

function containing(pattern: RegExp): string[] {
  return sources.filter(([, text]) => pattern.test(text)).map(([name]) => name);
}

/** Whoever shows the page elsewhere writes one class: nothing else may know of sockets. */
describe("the page behind a transport", () => {
  it("knows its WebSocket in one place", () => {
    expect(containing(/transport\/websocket/)).toEqual(["../src/main.tsx"]);
  });

  it("reaches its session by nothing else", () => {
    const reaching = /\b(?:new WebSocket|fetch|XMLHttpRequest|EventSource|sendBeacon)\b\s*\(/;
    expect(containing(reaching)).toEqual(["../src/transport/websocket.ts"]);
  });

  beforeEach(() => {
    vi.stubGlobal("document", { hidden: false });
    vi.stubGlobal("window", globalThis);
    vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw));
  });

  it("trains, explains and goes back over any transport", async () => {
    const transport = new FakeTransport();
    const playground = new Playground(transport, null, { session: () => null, store: () => undefined });
    playground.start();
    expect(transport.sent).toEqual([]);
    transport.connect();
    await transport.reply("hello", {
      session: "s", resumed: true, limits: {}, catalog: { optimizers: [] }, view: { axes: [0] },
      settings: { batch_size: 1, learner: { name: "gradient" }, optimizer: { type: "SGD" } },
      start: { lesson: null, table: null },
    });
    transport.event({
      type: "network", version: 1, inputs: ["x"], outputs: ["y"], parameters: 2,
      layers: [{ kind: "dense", index: 0, units: ["o1"], activation: "identity", W: [0, 1], b: [1, 2] }],
      names: ["layers[0].W[0, 0]", "layers[0].b[0]"], short: ["o1.w1", "o1.b"], numbered: ["w1", "b1"],
      loss: { name: "", latex: "", factor: 1, reduction: "mean", from_logits: false },
      weights_editable: true,
    } as NetworkEvent);
    transport.event({
      type: "data", version: 1, task: "regression", axes: [0],
      inputs: [{ name: "x", unit: "", low: 0, high: 1 }], outputs: [{ name: "y", low: 0, high: 1 }],
      training: { X: [[0]], y: [0], labels: null }, validation: { X: [], y: [], labels: null },
    } as unknown as DataEvent);

    const acting = playground.act("step", { by: "batch" });
    expect(transport.last("step")).toMatchObject({ by: "batch" });
    await transport.reply("step", { type: "status", playing: false, update: 1, ended: "" });
    await acting;
    expect(playground.status.value?.update).toBe(1);

    const numbers = { kind: Kind.parameters, shape: [2], values: Float64Array.of(0.5, -1) };
    transport.listener?.onFrame(frameBytes({ number: 9, update: 1, sections: [numbers] }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(transport.last("ack")["frame"]).toBe(9);
    expect([...playground.picture.parameters()!]).toEqual([0.5, -1]);

    playground.choose({ kind: "weight", name: "layers[0].b[0]" });
    await transport.reply("explain", { type: "explanation", weight: "layers[0].b[0]", explained: {} });
    expect(playground.explanation.value?.weight).toBe("layers[0].b[0]");

    const file = await playground.upload("rows.csv", new Blob(["x,y\n1,2\n"]));
    expect(file?.table).toBe("t1");
    transport.listener?.onConnection("closed", "the cell was run again");
    expect(playground.reason.value).toBe("the cell was run again");
  });
});
