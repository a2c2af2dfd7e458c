/**
 * Long work on one thread must let the rest of the thread have its turn: a heartbeat that is due, a message that
 * says the work is no longer wanted. Awaiting an engine does not always do so, since a WebAssembly module computes
 * in the call itself.
 */

/** Milliseconds after which others have waited long enough; far below any heartbeat, far above the cost of a turn. */
const TURN_EVERY = 50;

let lastTurn = 0;

/**
 * Between two steps of long work: now and then lets timers, messages and sockets of this thread have their turn.
 * Changes when work is done, never what it gives.
 *
 * @throws the signal's reason, usually an AbortError, once `signal` is aborted.
 */
export async function takeTurns(signal: AbortSignal | undefined): Promise<void> {
  if (Date.now() - lastTurn >= TURN_EVERY) {
    await nextTask();
    lastTurn = Date.now();
  }
  signal?.throwIfAborted();
}

/** Browsers hold back repeated timers of zero, but not messages. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
