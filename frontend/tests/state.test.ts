import { beforeEach, describe, expect, it, vi } from "vitest";
import { edgesOf } from "../src/state/graph";
import { linkOf, readAddress } from "../src/state/link";
import { Playground } from "../src/state/playground";
import { Kind } from "../src/transport/frame";
import type { DataEvent, NetworkEvent, Settings } from "../src/transport/protocol";
import { beginDrawing, drawOrErase } from "../src/views/drawing";
import { FakeTransport } from "./fake_transport";
import { frameBytes } from "./frames";

const NETWORK: NetworkEvent = {
  type: "network",
  version: 1,
  inputs: ["x1", "x2"],
  outputs: ["o1"],
  parameters: 9,
  layers: [
    { kind: "dense", index: 0, units: ["h1", "h2"], activation: "sigmoid", W: [0, 4], b: [4, 6] },
    { kind: "dense", index: 1, units: ["o1"], activation: "sigmoid", W: [6, 8], b: [8, 9] },
  ],
  names: [
    "layers[0].W[0, 0]", "layers[0].W[0, 1]", "layers[0].W[1, 0]", "layers[0].W[1, 1]",
    "layers[0].b[0]", "layers[0].b[1]", "layers[1].W[0, 0]", "layers[1].W[1, 0]", "layers[1].b[0]",
  ],
  short: ["h1.w1", "h2.w1", "h1.w2", "h2.w2", "h1.b", "h2.b", "o1.w1", "o1.w2", "o1.b"],
  numbered: ["w1", "w3", "w2", "w4", "b1", "b2", "w5", "w6", "b3"],
  loss: { name: "mean_squared_error", latex: "", factor: 1, reduction: "mean", from_logits: false },
  weights_editable: true,
};

const DATA = {
  type: "data",
  version: 1,
  task: "binary",
  inputs: [
    { name: "x1", unit: "", low: -1, high: 1 },
    { name: "x2", unit: "", low: -1, high: 1 },
  ],
  outputs: [{ name: "y", low: 0, high: 1 }],
  classes: ["a", "b"],
  axes: [0, 1],
  n_training: 2,
  n_validation: 0,
  training: { X: [[0, 0], [1, 1]], y: [0, 1], labels: null },
  validation: { X: [], y: [], labels: null },
  shown: 2,
  message: "",
} as DataEvent;

const HELLO = {
  protocol: 1,
  version: "0",
  session: "s1",
  resumed: false,
  limits: { upload_bytes: 100 },
  catalog: {},
  settings: { seed: 1, batch_size: 1, learner: { name: "gradient" } },
  view: { axes: [0, 1] },
  start: { lesson: null, table: null },
};

/** The page's clock, by hand: a frame is drawn when the test says so. */
let nextFrame: (() => void) | null = null;

beforeEach(() => {
  vi.stubGlobal("document", { hidden: false });
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => {
    nextFrame = draw;
    return 1;
  });
});

async function started() {
  const transport = new FakeTransport();
  let session: string | null = null;
  const playground = new Playground(transport, null, {
    session: () => session,
    store: (name) => {
      session = name;
    },
  });
  playground.start();
  transport.connect();
  await transport.reply("hello", HELLO);
  transport.event(NETWORK);
  transport.event(DATA);
  await Promise.resolve();
  return { transport, playground };
}

describe("Playground", () => {
  it("says hello, and asks for what it shows", async () => {
    const { transport, playground } = await started();
    expect(transport.sent[0]).toMatchObject({ type: "hello", protocol: 1, session: null });
    expect(transport.last("view")).toMatchObject({ boundary: 100, axes: [0, 1], gradients: "batch" });
    playground.row.value = 1;
    expect(transport.last("view")).toMatchObject({ row: 1, gradients: "row" });
  });

  it("comes back to its session after the connection broke", async () => {
    const { transport } = await started();
    transport.listener?.onConnection("waiting", "");
    transport.connect();
    expect(transport.last("hello")).toMatchObject({ session: "s1", settings: { seed: 1 } });
  });

  it("acknowledges a frame after it was drawn, once for all that waited", async () => {
    const { transport, playground } = await started();
    for (const number of [1, 2, 3]) {
      transport.listener?.onFrame(
        frameBytes({ number, update: number, sections: [{ kind: Kind.parameters, shape: [9], values: new Float64Array(9).fill(number) }] }),
      );
    }
    expect(transport.sent.some((message) => message.type === "ack")).toBe(false);
    nextFrame?.();
    expect(transport.sent.filter((message) => message.type === "ack").map((m) => m["frame"])).toEqual([3]);
    expect(playground.frame.value?.update).toBe(3);
    expect(playground.picture.parameters()?.[8]).toBe(3);
  });

  it("ignores a frame of another network, but acknowledges it", async () => {
    const { transport, playground } = await started();
    transport.listener?.onFrame(
      frameBytes({ number: 4, network: 2, sections: [{ kind: Kind.parameters, shape: [1], values: Float64Array.of(5) }] }),
    );
    nextFrame?.();
    expect(transport.last("ack")["frame"]).toBe(4);
    expect(playground.picture.parameters()).toBeNull();
  });

  it("shows a refusal beside its field, and takes it back when it has gone well", async () => {
    const { transport, playground } = await started();
    const asked = playground.configure({ seed: -1 }, "seed");
    await transport.refuse("configure", "seed", "seed (=-1) must be >= 0");
    expect(await asked).toBe(false);
    expect(playground.fault.value).toMatchObject({ field: "seed", message: "seed (=-1) must be >= 0" });
    const again = playground.configure({ seed: 2 }, "seed");
    await transport.reply("configure", { settings: { seed: 2 } });
    expect(await again).toBe(true);
    expect(playground.fault.value).toBeNull();
    expect(playground.settings.value?.seed).toBe(2);
  });

  it("explains what is chosen, for the row that is followed", async () => {
    const { transport, playground } = await started();
    playground.choose({ kind: "weight", name: "layers[0].W[0, 0]" });
    expect(transport.last("explain")).toMatchObject({ weight: "layers[0].W[0, 0]", row: null, live: true });
    playground.row.value = 0;
    expect(transport.last("explain")["row"]).toBe(0);
    playground.choose(null);
    expect(transport.last("explain_off")).toBeDefined();
  });

  it("lets go of a weight that the new network does not have", async () => {
    const { transport, playground } = await started();
    playground.choose({ kind: "weight", name: "layers[1].b[0]" });
    transport.event({ ...NETWORK, version: 2, names: NETWORK.names.slice(0, 4) });
    expect(playground.chosen.value).toBeNull();
  });

  it("loses no point that is drawn before the one before was answered", async () => {
    const { transport, playground } = await started();
    const turns = () => new Promise((resolve) => setTimeout(resolve));
    const answer = async () => {
      await turns();
      const points = transport.last("points")["points"];
      await transport.reply("points", { settings: { data: { kind: "points", points } } });
      await turns();
    };
    playground.brush.value = { y: 1, erase: false };
    void beginDrawing(playground, DATA);
    void drawOrErase(playground, DATA, 0.25, 0.5, 0.01);
    void drawOrErase(playground, DATA, 0.75, 0.5, 0.01);
    playground.brush.value = { y: 0, erase: true };
    void drawOrErase(playground, DATA, 0, 0, 0.01);
    for (let k = 0; k < 4; k += 1) await answer();
    expect(playground.settings.value?.data.points).toEqual([[1, 1, 1], [0.25, 0.5, 1], [0.75, 0.5, 1]]);
  });

  it("refuses a table that is too large before it is sent", async () => {
    const { playground } = await started();
    expect(await playground.upload("big.csv", new Blob(["x".repeat(101)]))).toBeNull();
    expect(playground.fault.value?.field).toBe("table");
  });
});

describe("graph", () => {
  it("finds every weight once, between its units", () => {
    const graph = edgesOf(NETWORK);
    const indices = [...graph.edges, ...graph.biases].map((item) => item.index).sort();
    expect(indices).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const w3 = graph.edges.find((edge) => edge.index === graph.indexOf.get("w3"));
    expect(w3).toMatchObject({ column: 1, from: 0, to: 1 }); // w3: from the first input to h2
    expect(graph.unitAt.get("o1")).toEqual({ column: 2, unit: 0 });
    expect(graph.label(8)).toBe("b3");
  });
});

describe("link", () => {
  const settings = { seed: 3, data: { kind: "formula", formula: "sin(x) × ½" } } as Settings;
  const location = { origin: "http://127.0.0.1:1", pathname: "/", hash: "#abc" };

  it("restores the settings and keeps the token", () => {
    const link = new URL(linkOf(location, settings));
    expect(readAddress(link.hash)).toEqual({ token: "abc", settings });
  });

  it.each(["#abc/!!!", "#abc/e30x", "#abc/MTI", "#abc/"])("a link that was cut (%s) is no link", (hash) =>
    expect(readAddress(hash)).toEqual({ token: "abc", settings: null }),
  );
});
