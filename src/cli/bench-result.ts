/** What a bench gives back, and what `coterie bench --json` prints; its shape is fixed. */
export interface BenchResult {
  readonly bench: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly rows: readonly BenchRow[];
}

export interface BenchRow {
  readonly case: string;
  readonly ours: number;
  readonly unit: string;
  readonly peer?: number;
  readonly peerName?: string;
  /** Above 1 means that we are better. */
  readonly ratio?: number;
}
