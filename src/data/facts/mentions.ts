import type { Fact } from "./fact.ts";

/** How often each entity and each relation is spoken of in what is left for training. */
export class Mentions {
  readonly #entities = new Map<number, number>();
  readonly #relations = new Map<number, number>();

  constructor(facts: readonly Fact[]) {
    for (const fact of facts) this.#add(fact, 1);
  }

  /**
   * Takes these facts out of what is left, all of them or none.
   * @returns false where they are the last of what is known of an entity, or of a relation
   */
  spare(facts: readonly Fact[]): boolean {
    for (const fact of facts) this.#add(fact, -1);
    if (facts.every((fact) => this.#knows(fact))) return true;
    for (const fact of facts) this.#add(fact, 1);
    return false;
  }

  #knows({ head, relation, tail }: Fact): boolean {
    return (
      this.#entities.get(head)! > 0 && this.#entities.get(tail)! > 0 && this.#relations.get(relation)! > 0
    );
  }

  #add({ head, relation, tail }: Fact, n: number): void {
    for (const entity of [head, tail]) this.#entities.set(entity, (this.#entities.get(entity) ?? 0) + n);
    this.#relations.set(relation, (this.#relations.get(relation) ?? 0) + n);
  }
}
