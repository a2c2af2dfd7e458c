/** ByzFL, asked for one aggregation at a time. */
import { openPython } from "./python.ts";

export type ByzflLibrary = "numpy" | "torch";

export interface ByzflPeer extends AsyncDisposable {
  /** Who it is when it computes with this library, and in which version. */
  name(library: ByzflLibrary): string;
  /** Milliseconds for one aggregation of n rows of d floats, at most f of them Byzantine. */
  measure(library: ByzflLibrary, rule: string, shape: { n: number; d: number; f: number }): Promise<number>;
}

/** Undefined where `python3` or its `byzfl` is not installed. */
export async function openByzfl(): Promise<ByzflPeer | undefined> {
  const python = await openPython("./byzfl_rules.py");
  if (python === undefined) return undefined;
  const [byzfl, numpy, torch] = python.greeting;
  return {
    name: (library) => `ByzFL ${byzfl} on ${library === "numpy" ? `NumPy ${numpy}` : `PyTorch ${torch}`}`,
    measure: async (library, rule, { n, d, f }) =>
      Number(await python.ask(`${library} ${rule} ${n} ${d} ${f}`)),
    [Symbol.asyncDispose]: () => python[Symbol.asyncDispose](),
  };
}
