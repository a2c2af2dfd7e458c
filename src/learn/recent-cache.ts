/**
 * Things that are costly to make and own memory (compiled programs, loaded loops), kept by key while they are in
 * use: when there are more than `capacity`, the one unused for longest is dropped. A rate that changes from round
 * to round is a new program each time, so an unbounded cache would grow with the run.
 */
export class RecentCache<T> implements AsyncDisposable {
  readonly #entries = new Map<string, Promise<T>>();
  readonly #capacity: number;
  readonly #drop: (value: T) => void;

  constructor(capacity: number, drop: (value: T) => void = () => {}) {
    this.#capacity = capacity;
    this.#drop = drop;
  }

  /** The value of `key`, made by `make` if it is not there; a failure is not remembered. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key) ?? make();
    // A Map keeps the order of insertion: the first key is the one unused for longest.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) break;
      this.#remove(oldest);
    }
    return entry;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const key of [...this.#entries.keys()]) this.#remove(key);
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    entry?.then(this.#drop, () => {});
  }
}
