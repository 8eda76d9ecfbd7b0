/** A transport without a server: a test says what comes, and sees what was sent. */

import type { Reply, ServerEvent, TableReply } from "../src/transport/protocol";
import type { Listener, Transport } from "../src/transport/transport";

export interface Sent {
  id: number;
  type: string;
  [field: string]: unknown;
}

export class FakeTransport implements Transport {
  readonly sent: Sent[] = [];
  listener: Listener | null = null;
  table: TableReply = { ok: true, table: "t1", message: "" };

  open(listener: Listener): void {
    this.listener = listener;
  }
  send(message: object): void {
    this.sent.push(message as Sent);
  }
  upload(): Promise<TableReply> {
    return Promise.resolve(this.table);
  }
  close(): void {
    this.listener = null;
  }

  connect(): void {
    this.listener?.onConnection("open", "");
    this.listener?.onOpen();
  }
  last(type: string): Sent {
    const found = this.sent.filter((message) => message.type === type).pop();
    if (found === undefined) throw new Error(`no message ${type} was sent`);
    return found;
  }
  event(event: ServerEvent): void {
    this.listener?.onMessage(event);
  }
  async reply(type: string, value: unknown): Promise<void> {
    this.listener?.onMessage({ type: "reply", id: this.last(type).id, ok: true, value } as Reply);
    await Promise.resolve();
  }
  async refuse(type: string, field: string, message: string): Promise<void> {
    const id = this.last(type).id;
    this.listener?.onMessage({ type: "reply", id, ok: false, field, message, hint: "" });
    await new Promise((resolve) => setTimeout(resolve));
  }
}
