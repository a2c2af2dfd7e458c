import { expect, test } from "vitest";
import { Variates } from "./variates.ts";

function of(every: number) {
  const variates = new Variates(every);
  const control = (round: number, attempt = 1) => Float32Array.of(round, attempt);
  const train = (round: number, attempt = 1) => {
    variates.begin(round);
    variates.propose({ round, attempt, control: control(round, attempt) });
  };
  const count = (...rounds: number[]) => {
    for (const round of rounds) {
      train(round);
      variates.confirm();
    }
  };
  return { variates, control, train, count };
}

test("a variate holds once its update counts", () => {
  const { variates, control, train, count } = of(1);
  expect(variates.current).toBeUndefined();
  train(1);
  expect(variates.current).toBeUndefined();
  variates.confirm();
  expect(variates.current).toEqual(control(1));
  train(2);
  variates.withdraw();
  variates.confirm();
  expect(variates.current).toEqual(control(1));
  count(3);
  expect(variates.current).toEqual(control(3));
});

test("a server that knows less is followed back, with or without checkpoints in every round", () => {
  const { variates, control, count } = of(1);
  count(1, 2);
  variates.goBackTo({ round: 1, attempt: 1 });
  expect(variates.current).toEqual(control(1));

  const sparse = of(3);
  sparse.count(1, 2, 3, 4, 5, 6);
  sparse.variates.goBackTo({ round: 3, attempt: 1 });
  expect(sparse.variates.current).toEqual(control(3));

  const first = of(3);
  first.count(1, 2);
  first.variates.goBackTo({ round: 0, attempt: 1 });
  expect(first.variates.current).toBeUndefined();
});

test("a confirmation that was lost is made up for, and no other update is taken for it", () => {
  const { variates, control, train, count } = of(1);
  count(1);
  train(2, 3);
  const { kept, next } = variates.snapshot();
  variates.goBackTo({ round: 2, attempt: 3 });
  expect(variates.current).toEqual(control(2, 3));

  variates.restore({ kept, next });
  variates.goBackTo({ round: 2, attempt: 2 });
  expect(variates.current).toEqual(control(1));
});

test("no more are kept than the server may go back to", () => {
  const { variates, count } = of(3);
  for (let round = 1; round <= 20; round++) {
    count(round);
    expect(variates.snapshot().kept.length).toBeLessThanOrEqual(4);
  }
});
