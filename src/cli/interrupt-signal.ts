import { exitCodes } from "./exit-codes.ts";

/**
 * Terminals and npm deliver one Ctrl-C to a process more than once; signals this close together, in milliseconds,
 * are one press.
 */
const ONE_PRESS = 400;

/** An `AbortSignal` that the first SIGINT or SIGTERM aborts; the second ends the process at once. */
export interface InterruptSignal extends Disposable {
  readonly signal: AbortSignal;
}

/** @param announce is told when the first signal arrives */
export function listenForInterrupt(announce: () => void): InterruptSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const interrupt = (): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      controller.abort();
      announce();
    } else if (performance.now() - firstAt > ONE_PRESS) {
      process.exit(exitCodes.interrupted);
    }
  };
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.on(name, interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, interrupt);
    },
  };
}
