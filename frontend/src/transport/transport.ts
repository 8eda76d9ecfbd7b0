/** What the page needs to reach its session: nothing in `state` or `views` knows more. */

import type { Reply, ServerEvent, TableReply } from "./protocol";

export type Connection = "connecting" | "open" | "waiting" | "closed";

export interface Listener {
  /** The connection is open: say hello. */
  onOpen(): void;
  onMessage(message: Reply | ServerEvent): void;
  onFrame(buffer: ArrayBuffer): void;
  /** `reason` says in words why it closed; "" while it is tried again. */
  onConnection(connection: Connection, reason: string): void;
}

export interface Transport {
  open(listener: Listener): void;
  send(message: object): void;
  upload(session: string, name: string, body: Blob): Promise<TableReply>;
  close(): void;
}
