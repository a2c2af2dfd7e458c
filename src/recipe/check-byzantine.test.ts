import { expect, test } from "vitest";
import { refusal } from "./testing/refusal.ts";

test.each([
  [
    "too many Byzantine clients for Krum",
    "aggregator: { kind: krum, byzantine: 9 }",
    "krum with byzantine 9 needs 21 updates a round (n >= 2f + 3), but 20 clients are asked; lower aggregator.byzantine to 8, or raise clients or select.fraction",
  ],
  [
    "too many for Bulyan",
    "aggregator: { kind: bulyan, byzantine: 5 }",
    "bulyan with byzantine 5 needs 23 updates a round (n >= 4f + 3), but 20 clients are asked; lower aggregator.byzantine to 4, or raise clients or select.fraction",
  ],
  [
    "too few clients a round",
    "aggregator: { kind: trimmed-mean, byzantine: 4 }\nselect: { fraction: 0.4 }",
    "trimmed-mean with byzantine 4 needs 9 updates a round (n >= 2f + 1), but 8 clients are asked; lower aggregator.byzantine to 3, or raise clients or select.fraction",
  ],
  [
    "more kept than there are",
    "aggregator: { kind: multi-krum, byzantine: 2, keep: 17 }",
    "multi-krum with keep 17 needs 21 updates a round (n >= keep + f + 2), but 20 clients are asked; lower aggregator.keep to 16, or raise clients or select.fraction",
  ],
  [
    "more groups than clients",
    "aggregator: { kind: median-of-means, byzantine: 2, groups: 30 }",
    "median-of-means with groups 30 needs 30 updates a round (n >= groups), but 20 clients are asked; lower aggregator.groups to 20, or raise clients or select.fraction",
  ],
  [
    "too many Byzantine clients, whatever is kept",
    "aggregator: { kind: multi-krum, byzantine: 9, keep: 5 }",
    "multi-krum with byzantine 9 needs 21 updates a round (n >= 2f + 3), but 20 clients are asked; lower aggregator.byzantine to 8, or raise clients or select.fraction",
  ],
  [
    "too many of both",
    "aggregator: { kind: median-of-means, byzantine: 11, groups: 30 }",
    "median-of-means with groups 30 needs 30 updates a round (n >= groups), but 20 clients are asked; lower it and aggregator.byzantine, or raise clients or select.fraction",
  ],
  [
    "a rule for more clients than there can be",
    "clients: 2\naggregator: { kind: krum, byzantine: 0 }",
    "krum with byzantine 0 needs 3 updates a round (n >= 2f + 3), but 2 clients are asked; choose another aggregator, or raise clients or select.fraction",
  ],
  [
    "groups in place of suspects",
    "aggregator: { kind: auror, byzantine: 2, threshold: 0.01, before: { bucketing: 2 } }",
    "auror judges clients, and after bucketing there are only groups; remove aggregator.before.bucketing or choose another aggregator",
  ],
  [
    "no attacker after rounding",
    "adversary: { kind: alie, fraction: 0.02 }",
    "adversary.fraction 0.02 of 20 clients is less than half a client; raise it to at least 0.025, or write 0",
  ],
  [
    "nobody honest",
    "adversary: { kind: sign-flip, fraction: 1 }",
    "with all clients corrupted there is nobody to attack; lower adversary.fraction",
  ],
  [
    "a majority that needs no supporters",
    "adversary: { kind: alie, fraction: 0.6 }",
    "12 corrupted of 20 clients need no supporters, so there is no largest z; give adversary.z or lower adversary.fraction",
  ],
  [
    "a largest z that is none",
    "adversary: { kind: alie, fraction: 0.1 }",
    "with 2 corrupted of 20 clients nothing beyond the mean finds enough supporters, so the largest z is not positive; give adversary.z or raise adversary.fraction",
  ],
  [
    "a flip of nothing",
    "adversary: { kind: label-flip, fraction: 0.2, source: 3, target: 3 }",
    "adversary.source and adversary.target are both 3; they must differ",
  ],
  [
    "an attack after the end",
    "adversary: { kind: mimic, fraction: 0.2, active: { from: 9 } }",
    "the attack would begin in round 9, but there are 3; lower adversary.active.from or raise rounds",
  ],
  [
    "a boost of unknown steps",
    "adversary: { kind: model-replacement, fraction: 0.1 }\nserver: { optimizer: { kind: adam } }",
    "adam steps by sizes of its own, so that no boost replaces the model; give adversary.bound, or set server.optimizer.kind to average",
  ],
  [
    "a rule that the adversary cannot try",
    "adversary: { kind: optimized, fraction: 0.1 }\naggregator: { kind: fltrust }",
    "the adversary cannot try fltrust, whose examples it does not have; choose another attack or aggregator",
  ],
  [
    "too many subsets",
    "clients: 60\naggregator: { kind: mda, byzantine: 29 }",
    "mda would search 1.14e+17 subsets of 60 updates without 29; lower aggregator.byzantine, ask fewer clients, or choose bulyan",
  ],
  [
    "a largest z that chance decides",
    "adversary: { kind: alie, fraction: 0.2 }\nselect: { fraction: 0.5 }",
    "the largest z depends on how many corrupted clients a round asks, which select.fraction leaves to chance; give adversary.z",
  ],
  [
    "half a label flip",
    "adversary: { kind: label-flip, fraction: 0.2, source: 3 }",
    "adversary has source without target; give both or neither",
  ],
  [
    "half a rhythm",
    "adversary: { kind: label-flip, fraction: 0.2, active: { off: 3 } }",
    "adversary.active has off without on; give both or neither",
  ],
  [
    "an end before the beginning",
    "adversary: { kind: mimic, fraction: 0.2, active: { from: 2, until: 1 } }",
    "the attack would end in round 1 and begin in round 2; raise adversary.active.until",
  ],
  [
    "attacks on control variates",
    "adversary: { kind: mimic, fraction: 0.2 }\nserver: { optimizer: { kind: scaffold } }",
    "the attacks are on updates, and scaffold sends control variates with them; choose another server.optimizer or leave adversary out",
  ],
  [
    "a reference without a control variate",
    "aggregator: { kind: fltrust }\nserver: { optimizer: { kind: scaffold } }",
    "fltrust compares updates with the server's own, which has no control variate; choose another server.optimizer or aggregator",
  ],
  [
    "momentum under scaffold",
    "local: { workerMomentum: 0.9 }\nserver: { optimizer: { kind: scaffold } }",
    "scaffold works out its control variates from the whole change; set local.workerMomentum to 0 instead of 0.9",
  ],
])("refuses %s", (_, lines, message) => {
  expect(refusal(lines)).toBe(message);
});

test("what a rule says against its settings is the recipe's error", () => {
  expect(refusal("aggregator: { kind: multi-krum, byzantine: 2, keep: 19 }")).toMatch(/keep/);
});

test.each([
  "aggregator: { kind: krum, byzantine: 8 }\nadversary: { kind: alie, fraction: 0.4 }",
  "aggregator: { kind: median, byzantine: 4, before: { bucketing: 2, mixing: true } }",
  "adversary: { kind: alie, fraction: 0 }",
])("accepts %s", (lines) => {
  expect(refusal(lines)).toBe("");
});
