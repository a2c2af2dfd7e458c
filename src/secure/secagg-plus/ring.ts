import type { Plan } from "./plan.ts";

/**
 * The neighbours of a place, ascending: k / 2 on either side of it on the ring (a Harary graph), or all others when k is
 * n - 1. Neighbourhood is mutual.
 */
export function neighboursOf(place: number, { clients, neighbours }: Plan): number[] {
  if (neighbours === clients - 1) {
    return Array.from({ length: neighbours }, (_, i) => (i < place ? i : i + 1));
  }
  const around: number[] = [];
  for (let step = 1; step <= neighbours / 2; step++) {
    around.push((place + step) % clients, (place - step + clients) % clients);
  }
  return around.sort((a, b) => a - b);
}

/** Whether each of these places can be reached from each other one over neighbours that are among them. */
export function isConnected(places: ReadonlySet<number>, plan: Plan): boolean {
  const [first] = places;
  const reached = new Set([first]);
  // A set hands out what is added to it while it is walked through.
  for (const place of reached) {
    for (const neighbour of neighboursOf(place, plan)) if (places.has(neighbour)) reached.add(neighbour);
  }
  return reached.size === places.size;
}
