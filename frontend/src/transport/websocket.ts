/** A WebSocket to the server that this page comes from. It reconnects by itself. */

import type { Reply, ServerEvent, TableReply } from "./protocol";
import type { Listener, Transport } from "./transport";

const REASONS: Record<number, string> = {
  1000: "The server has ended. Start `chainrule play` again.",
  4400: "The server did not understand this page. Reload it.",
  4409: "This session has been opened in another page.",
  4413: "A message was too large for the server. Reload the page.",
  4429: "The server has as many sessions as it allows. Close another page, then reload this one.",
};

export class WebSocketTransport implements Transport {
  #socket: WebSocket | null = null;
  #listener: Listener | null = null;
  #wait = 500;
  #timer = 0;
  #failures = 0;

  constructor(
    readonly origin: string,
    readonly token: string,
  ) {}

  open(listener: Listener): void {
    this.#listener = listener;
    this.#connect();
    // A lid that opens again should not wait for the timer.
    window.addEventListener("online", () => this.#retry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#retry();
    });
  }

  send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  async upload(session: string, name: string, body: Blob): Promise<TableReply> {
    const query = new URLSearchParams({ session, name });
    const response = await fetch(`${this.origin}/table?${query}`, {
      method: "POST",
      headers: { "X-Chainrule-Token": this.token },
      body,
    });
    try {
      return (await response.json()) as TableReply;
    } catch {
      return { ok: false, message: `The table was not taken (${response.status}).` };
    }
  }

  close(): void {
    this.#listener = null;
    this.#socket?.close();
  }

  #connect(): void {
    const address = `${this.origin.replace(/^http/, "ws")}/session`;
    const socket = new WebSocket(address, ["chainrule.1", `token.${this.token}`]);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#listener?.onConnection(this.#failures === 0 ? "connecting" : "waiting", "");
    socket.onopen = () => {
      this.#wait = 500;
      this.#failures = 0;
      this.#listener?.onConnection("open", "");
      this.#listener?.onOpen();
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (typeof event.data === "string") {
        this.#listener?.onMessage(JSON.parse(event.data) as Reply | ServerEvent);
      } else {
        this.#listener?.onFrame(event.data);
      }
    };
    socket.onclose = (event) => this.#onClose(event.code);
  }

  #onClose(code: number): void {
    const reason = REASONS[code];
    if (reason !== undefined) {
      this.#listener?.onConnection("closed", reason);
      return;
    }
    this.#failures += 1;
    this.#listener?.onConnection("waiting", "");
    this.#timer = window.setTimeout(() => this.#retry(), this.#wait);
    this.#wait = Math.min(10_000, this.#wait * 2);
  }

  #retry(): void {
    if (this.#listener === null || this.#socket?.readyState !== WebSocket.CLOSED) return;
    if (this.#failures === 0) return;
    window.clearTimeout(this.#timer);
    this.#connect();
  }
}
