import { expect, test } from "vitest";
import { InputError } from "../../errors.ts";
import { environment } from "../testing/contributions.ts";
import { copyOf } from "./copy.ts";
import { secEa } from "./secea.ts";
import { fewestClients } from "./settings.ts";
import { planShape } from "./shape.ts";
import { OPTIONS, TABLE, worldOf } from "./testing/round.ts";

test("the fewest clients with which a round can come to a result", () => {
  for (const colluders of [1, 2, 3]) {
    for (const dropouts of [0, 1, 2]) {
      for (const parts of [undefined, 1, 2]) {
        const options = { colluders, dropouts, bound: 1, ...(parts && { parts }) };
        const fewest = fewestClients(options);
        expect(planShape(fewest, 1, options).clients).toBe(fewest);
        expect(() => planShape(fewest - 1, 1, options)).toThrow(InputError);
      }
    }
  }
  // One client alone would have no one to hide among.
  expect(fewestClients({ colluders: 0, dropouts: 0, bound: 1 })).toBe(2);
  expect(secEa(worldOf(5, OPTIONS).settings, environment()).needs).toBe(4);
});

test("a client that owns more than it may ask for cannot take part", () => {
  const holdings = () => ({ entities: Int32Array.of(1, 2, 3), heldOut: 0 });
  const protocol = (queries: number) => secEa({ ...OPTIONS, queries, table: TABLE, holdings }, environment());
  expect(() => protocol(3).client("Ann")).not.toThrow();
  const why = "SecEA cannot run: Ann owns 3 entities and may ask for 2; raise queries.";
  expect(() => protocol(2).client("Ann")).toThrow(new InputError("secure.parameters", why));
});

test("a copy has collections of its own, and the same vectors", () => {
  const vector = Uint8Array.of(1);
  const dataOf = () => ({
    list: [1, { set: new Set([1]) }],
    map: new Map([[1, new Set([2])]]),
    vector,
    none: undefined,
  });
  const data = dataOf();
  const copy = copyOf(data);
  data.map.get(1)!.add(3);
  (data.list[1] as { set: Set<number> }).set.add(4);
  data.list.push(5);
  expect(copy).toEqual(dataOf());
  expect(copy.vector).toBe(vector);
});
