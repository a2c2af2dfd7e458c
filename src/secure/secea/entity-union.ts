/**
 * Which entities have an owner, without telling who owns them or how many do. Every client puts a random symbol where it
 * owns an entity, and zero elsewhere; the sum of all is zero where nobody owns one, and uniform elsewhere, whether one
 * client owns it or all of them. The sum is made of shares (`vector-shares.ts`). An owned entity is missed with a
 * probability of 1 / (2^31 - 1).
 *
 * That only the union is disclosed is what SecEA claims (arXiv 2206.09097); this way to come to it is our
 * reconstruction.
 */
import type { SecureRandom } from "../../numeric/secure-random.ts";

/**
 * @param owned entities in [0, entities)
 * @param entities B, of the public dictionary
 * @param random for this vector alone
 * @returns B symbols
 */
export function presence(owned: Int32Array, entities: number, random: SecureRandom): Uint32Array {
  const symbols = new Uint32Array(entities);
  // Zero is one of the symbols: without it, sums would tell one owner from several.
  const drawn = random.field31(owned.length);
  for (const [i, entity] of owned.entries()) symbols[entity] = drawn[i];
  return symbols;
}

/** The entities, ascending, that have an owner. */
export function unionOf(sum: Uint32Array): Int32Array {
  const present: number[] = [];
  for (let entity = 0; entity < sum.length; entity++) if (sum[entity] !== 0) present.push(entity);
  return Int32Array.from(present);
}
