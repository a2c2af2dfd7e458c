/**
 * A two-way pipe to one peer that keeps order and may break at any moment: a WebSocket, or two ends in memory.
 * Small control messages travel as text, bulk data as bytes, so that bulk is never copied to be labelled.
 */
export interface Connection {
  /** Queues what is to be sent; does nothing once the connection has ended. The bytes must not change afterwards. */
  sendText(text: string): void;
  sendBytes(bytes: Uint8Array): void;
  /** Settles when little waits to be sent, or the connection has ended. */
  drained(): Promise<void>;
  /** Ends the connection; `closed` is told. What is queued may be lost. */
  close(): void;
  /** Who is told of what comes in from now on; takes the place of an earlier listener. */
  listen(listener: ConnectionListener): void;
}

export interface ConnectionListener {
  text(text: string): void;
  bytes(bytes: Uint8Array): void;
  /** Once, whichever side ended it; `forGood` when the peer is known not to come back to its session: a closed tab. */
  closed(forGood?: boolean): void;
}
