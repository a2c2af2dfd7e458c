/**
 * Looks along t >= 0 for the largest value of a function of which nothing is known, as ByzFL's optimised attacks
 * do: from t = 0 with step 10, the step doubles as long as the value grows; after the first failure every further
 * probe, from the best t so far, takes 0.8 of the step before.
 *
 * @param evaluations >= 1, that of t = 0 included
 * @returns the best t that was tried; values that are NaN are never better
 */
export function maximise(value: (t: number) => number, evaluations: number): number {
  let best = 0;
  let most = value(0);
  let step = 10;
  let growing = true;
  for (let left = evaluations - 1; left > 0; left--) {
    const t = best + step;
    const reached = value(t);
    const better = reached > most;
    if (better) {
      best = t;
      most = reached;
    }
    growing &&= better;
    step *= growing ? 2 : 0.8;
  }
  return best;
}
