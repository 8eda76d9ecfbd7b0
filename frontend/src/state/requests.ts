/** Requests and their replies, over any transport. */

import { Refusal, type Reply } from "../transport/protocol";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Requests {
  #next = 1;
  readonly #waiting = new Map<number, Waiting>();

  constructor(readonly send: (message: object) => void) {}

  /** One message; its reply's value. Rejects with a `Refusal` where the server says no. */
  ask<T>(type: string, fields: object = {}): Promise<T> {
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.send({ id, type, ...fields });
    });
  }

  settle(reply: Reply): void {
    if (reply.id === null) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(new Refusal(reply.message ?? "", reply.field ?? "", reply.hint ?? ""));
  }

  /** Nothing that was asked before a connection broke will be answered. */
  abandon(): void {
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new Refusal("The connection to the server broke.", "", ""));
    }
    this.#waiting.clear();
  }
}
