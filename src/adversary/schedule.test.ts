import { expect, test } from "vitest";
import { isActive, type Schedule } from "./schedule.ts";

test.each<[string, Schedule, number[]]>([
  ["always", { from: 1 }, [1, 2, 3, 4, 5, 6, 7, 8]],
  ["late", { from: 6 }, [6, 7, 8]],
  ["stops", { from: 2, until: 4 }, [2, 3, 4]],
  ["comes and goes", { from: 2, on: 2, off: 1 }, [2, 3, 5, 6, 8]],
  ["comes and goes, then stops", { from: 1, until: 5, on: 1, off: 2 }, [1, 4]],
])("%s", (_, schedule, expected) => {
  expect([1, 2, 3, 4, 5, 6, 7, 8].filter((round) => isActive(schedule, round))).toEqual(expected);
});
