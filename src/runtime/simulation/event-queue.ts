import { RunError } from "../../errors.ts";

/** Something due at a simulated time. */
export interface QueueEntry<Item> {
  /** Simulated seconds, finite. */
  readonly time: number;
  /** Breaks ties of time: the lower rank comes first. */
  readonly rank: number;
  /** Order of insertion; breaks ties of time and rank: first in, first out. Names the entry. */
  readonly sequence: number;
  readonly item: Item;
}

/** A queue as plain data, for checkpoints. */
export interface QueueSnapshot<Item> {
  readonly nextSequence: number;
  /** In the order in which they are due. */
  readonly entries: readonly QueueEntry<Item>[];
}

/**
 * The future of a discrete-event simulation: a binary min-heap by (time, rank, sequence). Push and pop cost O(log n).
 * Cancelling is lazy: a cancelled entry stays in the heap until it surfaces or until such entries outnumber the
 * live ones, so it costs O(1) and memory stays within twice the live entries.
 */
export class EventQueue<Item> {
  #heap: QueueEntry<Item>[] = [];
  readonly #live = new Set<number>();
  #nextSequence = 0;

  /** A queue that continues exactly as the one that gave the snapshot. */
  static restore<Item>({ nextSequence, entries }: QueueSnapshot<Item>): EventQueue<Item> {
    const queue = new EventQueue<Item>();
    queue.#nextSequence = nextSequence;
    // Sorted, the entries are a heap as they stand.
    queue.#heap = [...entries];
    for (const { sequence } of entries) queue.#live.add(sequence);
    return queue;
  }

  /** Number of entries still due. */
  get size(): number {
    return this.#live.size;
  }

  /**
   * Adds an item due at `time`, before those of a higher `rank` that are due then; returns its sequence number, which {@link cancel} takes.
   *
   * @throws RunError `simulation.time` when the time is not finite.
   */
  push(time: number, item: Item, rank = 0): number {
    if (!Number.isFinite(time)) {
      throw new RunError("simulation.time", `An event is due at ${time}; its delay must be a finite number.`);
    }
    const sequence = this.#nextSequence++;
    this.#live.add(sequence);
    this.#heap.push({ time, rank, sequence, item });
    siftUp(this.#heap);
    return sequence;
  }

  /** The entry due first, which stays in the queue. */
  peek(): QueueEntry<Item> | undefined {
    while (this.#heap.length > 0 && !this.#live.has(this.#heap[0].sequence)) removeFirst(this.#heap);
    return this.#heap[0];
  }

  /** Takes out the entry due first. */
  pop(): QueueEntry<Item> | undefined {
    const first = this.peek();
    if (first === undefined) return undefined;
    removeFirst(this.#heap);
    this.#live.delete(first.sequence);
    return first;
  }

  /** Removes one entry; false when it was popped or cancelled before. */
  cancel(sequence: number): boolean {
    const wasLive = this.#live.delete(sequence);
    if (this.#heap.length > 2 * this.#live.size + 64) this.#heap = [...this.entries()];
    return wasLive;
  }

  /** Removes the entries for which `predicate` holds; returns how many. O(n log n). */
  removeWhere(predicate: (entry: QueueEntry<Item>) => boolean): number {
    const before = this.#live.size;
    for (const entry of this.#heap) {
      if (this.#live.has(entry.sequence) && predicate(entry)) this.#live.delete(entry.sequence);
    }
    const removed = before - this.#live.size;
    if (removed > 0) this.#heap = [...this.entries()];
    return removed;
  }

  /** The entries still due, in the order in which they will be popped. */
  entries(): readonly QueueEntry<Item>[] {
    return this.#heap.filter(({ sequence }) => this.#live.has(sequence)).sort(compare);
  }

  /** The queue as plain data; items are shared, not cloned. */
  snapshot(): QueueSnapshot<Item> {
    return { nextSequence: this.#nextSequence, entries: this.entries() };
  }
}

type Ordered = Pick<QueueEntry<unknown>, "time" | "rank" | "sequence">;

function compare(a: Ordered, b: Ordered): number {
  return a.time - b.time || a.rank - b.rank || a.sequence - b.sequence;
}

/** Moves the last entry up to its place. */
function siftUp(heap: Ordered[]): void {
  let index = heap.length - 1;
  const entry = heap[index];
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (compare(heap[parent], entry) < 0) break;
    heap[index] = heap[parent];
    index = parent;
  }
  heap[index] = entry;
}

/** Removes the root: the last entry takes its place and moves down. */
function removeFirst(heap: Ordered[]): void {
  const entry = heap.pop();
  if (entry === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1], heap[child]) < 0) child++;
    if (compare(entry, heap[child]) < 0) break;
    heap[index] = heap[child];
    index = child;
  }
  heap[index] = entry;
}
