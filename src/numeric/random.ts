/**
 * Simulation randomness: seeded, splittable, the same on every machine. Never for secrets; cryptographic
 * randomness is another type on purpose (see `docs/architecture.md`, randomness).
 *
 * The generator is xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
 * ACM TOMS 2021), seeded by splitmix32 over a hash of the stream's path. A stream is named by a path such as
 * `(seed, "round", 3, "client", 7, "uplink")`, so that what one purpose draws never shifts what another sees.
 */
export class SimulationRandom {
  // The hash of the path so far: a child stream continues it, so naming one costs its own names only.
  readonly #low: number;
  readonly #high: number;
  // The generator's state as plain integers: cheaper to create by the thousand than a typed array.
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Two rounds of FNV-1a over the UTF-16 code units of `name`, from the parent's hash, spread by splitmix32. */
  private constructor(low: number, high: number, name: string) {
    for (let i = 0; i < name.length; i++) {
      low = Math.imul(low ^ name.charCodeAt(i), 0x01000193);
      high = Math.imul(high ^ name.charCodeAt(i), 0x85ebca6b) ^ (low >>> 15);
    }
    this.#low = low;
    this.#high = high;
    // `spread` is a bijection, so the first and third words differ and the state is never all zero.
    this.#a = spread(low);
    this.#b = spread(high);
    this.#c = spread(low ^ 0x5bd1e995);
    this.#d = spread(high ^ 0x1b873593);
  }

  /** The root stream of a run. `seed` is any integer. */
  static fromSeed(seed: number): SimulationRandom {
    return new SimulationRandom(0x811c9dc5, 0x9747b28c, String(seed));
  }

  /** An independent stream named by this stream's path and `names`; drawing from it does not advance this one. */
  stream(...names: (string | number)[]): SimulationRandom {
    let path = "";
    for (const name of names) path += `\u001f${name}`;
    return new SimulationRandom(this.#low, this.#high, path);
  }

  /** The next 32 random bits, as an integer in [0, 2^32). */
  bits(): number {
    const b = this.#b;
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = rotateLeft(d, 11);
    return scramble(b) >>> 0;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 67108864 + (this.bits() >>> 6)) / 9007199254740992;
  }

  /** Fills the numbers with what as many calls of `uniform` would give, some three times faster. */
  fillUniform(numbers: Float64Array): void {
    // The state in variables; two steps of `bits` for each number.
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let d = this.#d;
    for (let i = 0; i < numbers.length; i++) {
      const high = scramble(b) >>> 5;
      let shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = rotateLeft(d, 11);
      const low = scramble(b) >>> 6;
      shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = rotateLeft(d, 11);
      numbers[i] = (high * 67108864 + low) * 2 ** -53;
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }

  /** A uniform integer in [0, bound), without modulo bias; `bound` in [1, 2^32]. */
  integer(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    let draw = this.bits();
    while (draw >= limit) draw = this.bits();
    return draw % bound;
  }

  /** A draw from the normal distribution of mean 0 and variance 1 (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A draw from the exponential distribution of mean 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** A draw from the gamma distribution of the given shape > 0 and scale 1 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** A point of the simplex drawn from the symmetric Dirichlet distribution with `count` categories. */
  dirichlet(alpha: number, count: number): Float64Array {
    const draws = Float64Array.from({ length: count }, () => this.gamma(alpha));
    const sum = draws.reduce((a, b) => a + b, 0);
    // Tiny alpha can underflow every draw: the limit of the distribution is then a random corner.
    if (sum === 0) {
      draws[this.integer(count)] = 1;
      return draws;
    }
    return draws.map((x) => x / sum);
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }
}

/** What xoshiro128** makes of a word of its state. */
function scramble(word: number): number {
  return Math.imul(rotateLeft(Math.imul(word, 5), 7), 9);
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** One step of splitmix32: a bijection of the 32-bit integers. */
function spread(word: number): number {
  let z = (word + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
