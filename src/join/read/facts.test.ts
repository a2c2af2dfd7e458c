import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import type { FactsPlan } from "../../data/data-plan.ts";
import type { Examples } from "../../data/examples.ts";
import { factsReader } from "../../data/facts/csv.ts";
import { readCsv } from "../../data/table/csv.ts";
import { readFacts } from "./facts.ts";

const entities = ["Ann", "Bob", "Cid", "Dan", "Eve"];
const plan: FactsPlan = { kind: "facts", entities, relations: ["knows", "likes"], holdOut: true };

const read = (...rows: string[]) => readAs(plan, rows);
const readAs = (plan: FactsPlan, rows: readonly string[]) =>
  readFacts(
    plan,
    readCsv(
      parse,
      ["head,relation,tail", ...rows].join("\n"),
      "own.csv",
      factsReader("own.csv", { owners: false }),
    ),
  );

/** Facts in words; every second row is the way back. */
const spelt = ({ features, labels }: Examples) =>
  Array.from({ length: labels.length / 2 }, (_, i) => {
    const [head, relation, tail, back] = features.subarray(4 * i, 4 * i + 4);
    expect([tail, back, head]).toEqual([labels[2 * i], relation + 2, labels[2 * i + 1]]);
    return `${entities[head]},${plan.relations[relation]},${entities[tail]}`;
  });

const circle = ["Eve,knows,Ann", "Ann,knows,Bob", "Bob,knows,Eve"];

test("numbers as the run does, holds some out, and tells nothing of what is understood", () => {
  const { examples, heldOut, notes } = read(...circle, "Eve,likes,Eve");
  expect([...spelt(examples), ...spelt(heldOut!)].sort()).toEqual([...circle, "Eve,likes,Eve"].sort());
  expect(circle).toContain(spelt(heldOut!).join());
  expect(examples).toMatchObject({ shape: [2], classes: 5, scale: 1 });
  expect(notes).toEqual([]);
});

test("is the same whatever the order of the rows and however often they come", () => {
  const data = read(...circle, "Eve,likes,Eve");
  expect(read("Eve,likes,Eve", ...circle.toReversed(), circle[1])).toEqual(data);
});

test("holds nothing out of a run whose clients have no models of their own, however few the facts", () => {
  const shared = { ...plan, holdOut: false };
  for (const rows of [["Ann,knows,Bob"], [...circle, "Eve,likes,Eve"]]) {
    const data = readAs(shared, [...rows.toReversed(), rows[0]]);
    expect(spelt(data.examples)).toEqual(rows.toSorted());
    expect(data).not.toHaveProperty("heldOut");
    expect(data.notes).toEqual([]);
  }
  expect(() => readAs(shared, ["Fay,knows,Ann"])).toThrow(/does not know what the facts name/);
});

test("quotes the beginning of long names", () => {
  const { notes } = read(...circle, `Ann,knows,${"y".repeat(61)}`);
  expect(notes).toEqual([expect.stringContaining(`: "${"y".repeat(59)}…" in line 5.`)]);
});

test.each<[string[], string]>([
  [["Fay,knows,Ann"], '1 fact is left out because the run does not know what it names: "Fay" in line 5.'],
  [["Ann,hates,Bob"], '1 fact is left out because the run does not know what it names: "hates" in line 5.'],
  [
    ["Ann,knows,fay", "fay,knows,Ann", "Ann,Knows,Bob"],
    '3 facts are left out because the run does not know what they name, such as "fay" in line 5.',
  ],
])("leaves out %s", (rows, note) => {
  expect(read(...circle, ...rows)).toEqual({ ...read(...circle), notes: [note] });
});

test("what is left out keeps nothing from being needed", () => {
  // Without the second fact there is no other that speaks of Cid.
  const { heldOut } = read(...circle, "Cid,knows,Fay", "Cid,knows,Ann");
  expect(spelt(heldOut!)).not.toContain("Cid,knows,Ann");
});

test("names are those that the run knows, nothing that objects have", () => {
  expect(() => read("__proto__,constructor,toString")).toThrow(
    expect.objectContaining({
      name: "InputError",
      code: "data.client.nothing",
      at: "own.csv",
      message:
        "There is nothing in own.csv that this run can learn from: it does not know what the facts name, such as " +
        '"__proto__" in line 2; spell names as the run does.',
    }),
  );
});

test.each([[["Ann,knows,Bob"]], [["Ann,knows,Bob", "Cid,knows,Dan"]], [["Ann,knows,Bob", "Bob,likes,Ann"]]])(
  "refuses facts of which none can be held out: %s",
  (rows) => {
    expect(() => read(...rows)).toThrow(
      expect.objectContaining({
        name: "InputError",
        code: "data.client.few",
        message: expect.stringMatching(
          /^own\.csv holds too few facts that this run knows, or they overlap too little: .*; bring more facts about/,
        ),
      }),
    );
  },
);
