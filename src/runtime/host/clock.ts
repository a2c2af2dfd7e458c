/** Where a host gets the time from: the system's in production, one turned by hand in tests. */
export interface Clock {
  /** Seconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls `wake` once, `seconds` from now; the answer cancels it. */
  after(seconds: number, wake: () => void): () => void;
}
