import { fork } from "node:child_process";

/**
 * Runs a part of a bench in a process of its own, so that its peak memory is its own: `script` calls {@link answer}.
 *
 * @param argument plain data, handed over as JSON
 */
export function inChild<Argument, Result>(script: URL, argument: Argument): Promise<Result> {
  return new Promise((resolve, reject) => {
    // Standard output belongs to the bench's result.
    const child = fork(script, [JSON.stringify(argument)], {
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    let result: Result | undefined;
    child.on("message", (message) => {
      result = message as Result;
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0 && result !== undefined) resolve(result);
      else reject(new Error(`${script.pathname} ended with ${signal ?? code} and no result.`));
    });
  });
}

/** The child's side: computes the result from the argument and sends it, with the process's peak memory. */
export async function answer<Argument, Result extends object>(
  compute: (argument: Argument) => Promise<Result>,
): Promise<void> {
  const result = await compute(JSON.parse(process.argv[2]));
  // The kernel counts in KiB.
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  const message = { ...result, peakMemoryBytes };
  if (process.send) process.send(message, () => process.disconnect());
  else console.log(message);
}

export interface WithMemory {
  readonly peakMemoryBytes: number;
}
