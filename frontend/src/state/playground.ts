/** The state of one page: what the server says, what the person looks at, what can be asked. */

import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { decodeFrame, Kind } from "../transport/frame";
import {
  Refusal,
  type DataEvent,
  type Explanation,
  type Hello,
  type NetworkEvent,
  type Reply,
  type ServerEvent,
  type Settings,
  type Status,
  type TableReply,
  type Timeline,
  type TourReply,
} from "../transport/protocol";
import type { Connection, Transport } from "../transport/transport";
import { edgesOf, type Graph } from "./graph";
import { remembered } from "./memory";
import { Frames } from "./frames";
import { Requests } from "./requests";
import { viewOf } from "./view";

/** What is looked at in the explain panel. */
export type Chosen = { kind: "weight"; name: string } | { kind: "unit"; name: string };

export interface Fault {
  readonly field: string;
  readonly message: string;
  readonly hint: string;
}

export type Side = "loss" | "surface" | "compare";

export class Playground {
  readonly connection = signal<Connection>("connecting");
  readonly reason = signal("");
  readonly hello = signal<Hello | null>(null);
  readonly settings = signal<Settings | null>(null);
  readonly status = signal<Status | null>(null);
  readonly network = signal<NetworkEvent | null>(null);
  readonly data = signal<DataEvent | null>(null);
  readonly timeline = signal<Timeline | null>(null);
  readonly explanation = signal<Explanation | null>(null);
  readonly fault = signal<Fault | null>(null);
  readonly said = signal("");
  readonly table = signal<TableReply | null>(null);

  readonly #frames = new Frames(
    (frame) =>
      frame.network === this.network.peek()?.version && frame.data === this.data.peek()?.version,
    (frame) => this.transport.send({ id: 0, type: "ack", frame }),
  );
  readonly picture = this.#frames.picture;
  readonly frame = this.#frames.frame;
  readonly drawn = this.#frames.drawn;
  readonly drawnNetwork = this.#frames.drawnNetwork;
  readonly counted = this.#frames.counted;
  readonly framesPerSecond = this.#frames.perSecond;
  readonly drawingMs = this.#frames.cost;
  /** Whether something that was asked takes longer than a moment. */
  readonly busy = signal(false);

  readonly chosen = signal<Chosen | null>(null);
  readonly row = signal<number | null>(null);
  readonly lit = signal<ReadonlySet<string>>(new Set());
  readonly hoveredWeight = signal<string | null>(null);
  readonly edgesShow = signal<"weights" | "gradients">("weights");
  readonly axes = signal<[number, number]>([0, 1]);
  readonly path = signal<[string, string] | null>(null);
  readonly mapSide = signal(32);
  /** The control that the tour asks to press. */
  readonly press = signal<string | null>(null);
  readonly tour = signal<TourReply | null>(null);
  readonly tourStep = signal(0);
  /** What stands below the answer. */
  readonly side: Signal<Side> = remembered<Side>("side", "loss");
  /** Whether a click in the answer draws a point, and of which class. */
  readonly brush = signal<{ y: number; erase: boolean } | null>(null);

  readonly more = remembered("more", false);
  /** Whether formulas stand beside what they belong to. */
  readonly formulas = remembered("formulas", false);
  readonly theme: Signal<"light" | "dark" | "system"> = remembered("theme", "system");
  readonly shownTheme = signal<"light" | "dark">("light");

  readonly graph: ReadonlySignal<Graph | null> = computed(() =>
    this.network.value === null ? null : edgesOf(this.network.value),
  );

  /** Whether the optimizer works by whole iterations: no batches, no samples, no rate. */
  readonly wholeIterations: ReadonlySignal<boolean> = computed(() => {
    const type = this.settings.value?.optimizer.type;
    const chosen = this.hello.value?.catalog.optimizers?.find((o) => o.type === type);
    return this.settings.value?.learner.name === "gradient" && chosen?.whole_iterations === true;
  });

  readonly #requests: Requests;
  #ownSpeed = false;
  #asked = 0;
  #sentView = "";

  constructor(
    readonly transport: Transport,
    readonly startSettings: Partial<Settings> | null,
    readonly keep: { session: () => string | null; store: (session: string) => void },
  ) {
    this.#requests = new Requests((message) => transport.send(message));
  }

  start(): void {
    this.transport.open({
      onOpen: () => void this.#greet(),
      onMessage: (message) => this.#take(message),
      onFrame: (buffer) => this.#frames.queue(decodeFrame(buffer)),
      onConnection: (connection, reason) => {
        if (connection !== "open") this.#requests.abandon();
        batch(() => {
          this.connection.value = connection;
          this.reason.value = reason;
        });
      },
    });
    effect(() => this.#sendView());
    effect(() => this.#sendExplain());
  }

  // --- asking -----------------------------------------------------------------------------------

  /** Asks, and shows a refusal beside the field that it belongs to. Null where it was refused. */
  async ask<T>(type: string, fields: object = {}, field = ""): Promise<T | null> {
    this.#asked += 1;
    const late = setTimeout(() => (this.busy.value = true), 300);
    try {
      const value = await this.#requests.ask<T>(type, fields);
      if (this.fault.value !== null && (field === "" || this.fault.value.field === field)) {
        this.fault.value = null;
      }
      return value;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const fault = { field: error.field || field, message: error.message, hint: error.hint };
      batch(() => {
        this.fault.value = fault;
        this.say(`${fault.message}. ${fault.hint}`);
      });
      return null;
    } finally {
      clearTimeout(late);
      this.#asked -= 1;
      if (this.#asked === 0) this.busy.value = false;
    }
  }

  async act(type: string, fields: object = {}): Promise<void> {
    const status = await this.ask<Status>(type, fields);
    if (status !== null) this.#onStatus(status);
  }

  async configure(settings: Partial<Settings>, field = ""): Promise<boolean> {
    const value = await this.ask<{ settings: Settings }>("configure", { settings }, field);
    if (value !== null) this.settings.value = value.settings;
    return value !== null;
  }

  async editLayers(layers: Settings["layers"]): Promise<void> {
    const value = await this.ask<{ settings: Settings }>("edit_layers", { layers }, "layers");
    if (value !== null) this.settings.value = value.settings;
  }

  async edit(weight: string, value: number): Promise<void> {
    await this.act("edit", { weight, value });
  }

  async upload(name: string, body: Blob): Promise<TableReply | null> {
    const session = this.hello.value?.session;
    if (session === undefined) return null;
    const limit = this.hello.value?.limits.upload_bytes ?? Infinity;
    if (body.size > limit) {
      const message = `${name} has ${body.size} bytes, more than the ${limit} that are taken`;
      this.fault.value = { field: "table", message, hint: "Use fewer rows, or `chainrule fit`." };
      return null;
    }
    const reply = await this.transport.upload(session, name, body);
    batch(() => {
      if (reply.ok) {
        this.table.value = reply;
        this.fault.value = null;
      } else {
        this.fault.value = { field: "table", message: reply.message, hint: reply.hint ?? "" };
      }
      this.say(reply.message);
    });
    return reply.ok ? reply : null;
  }

  async setSpeed(updatesPerSecond: number | null): Promise<void> {
    this.#ownSpeed = true;
    await this.act("speed", { updates_per_second: updatesPerSecond });
  }

  /** A speed at which one sees it learn, until the person chooses another. */
  async pace(): Promise<void> {
    const settings = this.settings.value;
    if (this.#ownSpeed || settings === null) return;
    const slowly = settings.batch_size === "full" || settings.learner.name !== "gradient";
    await this.act("speed", { updates_per_second: slowly ? 50 : 200 });
  }

  /** Words for the live region. */
  say(text: string): void {
    this.said.value = text;
  }

  // --- listening --------------------------------------------------------------------------------

  async #greet(): Promise<void> {
    const again = this.settings.value ?? this.startSettings;
    const hello = await this.ask<Hello>("hello", {
      protocol: 1,
      session: this.keep.session(),
      settings: again,
    });
    if (hello === null) return;
    this.keep.store(hello.session);
    this.#sentView = "";
    batch(() => {
      this.hello.value = hello;
      this.settings.value = hello.settings;
      this.axes.value = [hello.view.axes[0] ?? 0, hello.view.axes[1] ?? 1];
    });
    if (!hello.resumed) await this.pace();
  }

  #take(message: Reply | ServerEvent): void {
    switch (message.type) {
      case "reply":
        this.#requests.settle(message);
        break;
      case "status":
        this.#onStatus(message);
        break;
      case "settings":
        this.settings.value = message.settings;
        break;
      case "network":
        this.#onNetwork(message);
        break;
      case "data":
        this.#onData(message);
        break;
      case "timeline":
        this.timeline.value = message;
        break;
      case "explanation":
        if (this.chosen.value !== null) this.explanation.value = message;
        break;
      case "notice":
        this.say(message.message);
        break;
      case "closing":
        this.reason.value = message.message;
        break;
    }
  }

  #onStatus(status: Status): void {
    const before = this.status.value;
    batch(() => {
      this.status.value = status;
      if (before === null) return;
      if (status.ended !== "" && before.ended !== status.ended) this.say(status.message);
      else if (status.playing !== before.playing) {
        this.say(status.playing ? "Training." : `Paused at update ${status.update}.`);
      }
    });
  }

  #onNetwork(network: NetworkEvent): void {
    batch(() => {
      if (network.version !== this.network.value?.version) this.picture.clear();
      this.network.value = network;
      const chosen = this.chosen.value;
      const known = (name: string) =>
        network.names.includes(name) || network.layers.some((layer) => layer.units.includes(name));
      if (chosen !== null && !known(chosen.name)) this.choose(null);
      if (this.path.value?.some((name) => !network.names.includes(name))) this.path.value = null;
    });
  }

  #onData(data: DataEvent): void {
    batch(() => {
      if (this.data.value?.version !== data.version) {
        for (const kind of [Kind.boundary, Kind.curve, Kind.predictions]) this.picture.forget(kind);
      }
      this.data.value = data;
      this.axes.value = [data.axes[0] ?? 0, data.axes[1] ?? 0];
      if (this.row.value !== null && this.row.value >= data.training.X.length) this.row.value = null;
    });
  }

  // --- what is looked at ------------------------------------------------------------------------

  choose(chosen: Chosen | null): void {
    batch(() => {
      // What adds up in a unit is a matter of one row.
      if (chosen?.kind === "unit") this.row.value ??= 0;
      this.chosen.value = chosen;
      this.explanation.value = null;
      this.lit.value = new Set();
    });
  }

  #sendView(): void {
    const [data, hello] = [this.data.value, this.hello.value];
    if (data === null || hello === null || this.connection.value !== "open") return;
    const view = viewOf(
      data.inputs.length,
      this.axes.value,
      this.mapSide.value,
      this.row.value,
      this.path.value,
    );
    const text = JSON.stringify(view);
    if (text === this.#sentView) return;
    this.#sentView = text;
    void this.ask("view", view);
  }

  #sendExplain(): void {
    const chosen = this.chosen.value;
    const row = this.row.value;
    if (this.connection.value !== "open" || this.hello.value === null) return;
    if (chosen === null) {
      if (this.#explaining) void this.ask("explain_off");
      this.#explaining = false;
      return;
    }
    this.#explaining = true;
    const about = chosen.kind === "weight" ? { weight: chosen.name } : { unit: chosen.name };
    void this.ask<Explanation>("explain", { ...about, row, live: true }, "weight").then((value) => {
      if (value !== null && this.chosen.peek() === chosen) this.explanation.value = value;
    });
  }

  #explaining = false;
}
