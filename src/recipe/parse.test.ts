import { describe, expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { locateRecipe, parseRecipe } from "./parse.ts";

/** Line numbers in the table below count from this text's first line. */
const base = `name: wrong
task: mnist-mlp
data: { dataset: mnist, train: 6000 }
clients: 20
partition: { kind: dirichlet, alpha: 0.5 }
rounds: 30
`;

const table = `task: tabular-mlp
data: { csv: table.csv, label: kind }
clients: 4
rounds: 2
`;

function failure(text: string, overrides: readonly string[] = []): InputError {
  try {
    parseRecipe(text, { file: "r.yaml", overrides });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("the recipe was accepted");
}

/** Text of the recipe, code, and the whole message, place included. */
const wrong: readonly (readonly [what: string, text: string, code: string, message: string])[] = [
  [
    "misspelt key",
    base.replace("partition", "partiton"),
    "recipe.key",
    'r.yaml:5:1: "partiton" is not a recipe key; did you mean "partition"?',
  ],
  [
    "misspelt key within a section",
    `${base}select: { fractoin: 0.5 }`,
    "recipe.key",
    'r.yaml:7:11: "fractoin" is not a key of select; did you mean "fraction"?',
  ],
  [
    "misspelt key that leaves a required one missing",
    base.replace("clients", "cleints"),
    "recipe.key",
    'r.yaml:4:1: "cleints" is not a recipe key; did you mean "clients"?',
  ],
  [
    "key in the wrong section",
    `${base}epochs: 3`,
    "recipe.key",
    'r.yaml:7:1: "epochs" is not a recipe key; it belongs under local',
  ],
  [
    "key of another kind",
    `${base}local: { optimizer: { kind: adam, momentum: 0.9 } }`,
    "recipe.key",
    'r.yaml:7:35: "momentum" is not a key of local.optimizer with kind adam; it belongs to kind sgd',
  ],
  [
    "missing key",
    base.replace("clients: 20\n", ""),
    "recipe.missing",
    'r.yaml:1:1: the recipe needs "clients": registered clients',
  ],
  [
    "missing number of a kind",
    base.replace(", alpha: 0.5", ""),
    "recipe.missing",
    'r.yaml:5:1: partition needs "alpha": concentration; 0.1 is strong skew, 100 is close to iid',
  ],
  [
    "missing kind",
    base.replace("kind: dirichlet, ", ""),
    "recipe.missing",
    'r.yaml:5:1: partition needs "kind"; available: iid, dirichlet, shards, quantity, natural, owners',
  ],
  [
    "wrong type",
    base.replace("20", "twenty"),
    "recipe.type",
    'r.yaml:4:10: clients must be a whole number, not "twenty"',
  ],
  [
    "number in quotes",
    base.replace("20", '"20"'),
    "recipe.type",
    'r.yaml:4:10: clients must be a whole number, not "20"',
  ],
  [
    "fraction of a round",
    base.replace("30", "1.5"),
    "recipe.type",
    "r.yaml:6:9: rounds must be a whole number, not 1.5",
  ],
  [
    "infinite number",
    `${base}deadline: .inf`,
    "recipe.type",
    "r.yaml:7:11: deadline must be a number or null, not Infinity",
  ],
  [
    "word for null",
    `${base}deadline: none`,
    "recipe.type",
    'r.yaml:7:11: deadline must be a number or null, not "none"',
  ],
  ["section left empty", `${base}local:\n`, "recipe.type", "r.yaml:7:7: local must be a mapping, not null"],
  [
    "kind without braces",
    base.replace("{ kind: dirichlet, alpha: 0.5 }", "shards"),
    "recipe.type",
    'r.yaml:5:12: partition must be a mapping such as { kind: shards }, not "shards"',
  ],
  [
    "data without braces",
    base.replace("{ dataset: mnist, train: 6000 }", "mnist"),
    "recipe.type",
    'r.yaml:3:7: data must be a mapping with one of dataset, csv, parquet, images, idx, facts, not "mnist"',
  ],
  [
    "negative rate",
    `${base}local: { optimizer: { rate: -0.1 } }`,
    "recipe.range",
    "r.yaml:7:29: local.optimizer.rate must be greater than 0, not -0.1",
  ],
  [
    "deadline of nothing",
    `${base}deadline: 0`,
    "recipe.range",
    "r.yaml:7:11: deadline must be greater than 0, not 0",
  ],
  ["no clients", base.replace("20", "0"), "recipe.range", "r.yaml:4:10: clients must be at least 1, not 0"],
  [
    "probability above one",
    `${base}network: { dropout: 2 }`,
    "recipe.range",
    "r.yaml:7:21: network.dropout must be at most 1, not 2",
  ],
  [
    "momentum of one",
    `${base}local: { optimizer: { momentum: 1 } }`,
    "recipe.range",
    "r.yaml:7:33: local.optimizer.momentum must be less than 1, not 1",
  ],
  [
    "unknown dataset",
    base.replace("dataset: mnist", "dataset: mnits"),
    "recipe.choice",
    'r.yaml:3:18: data.dataset "mnits" is not offered by this version; did you mean "mnist"? available: mnist, fashion, wordnet',
  ],
  [
    "misspelt aggregator",
    `${base}aggregator: { kind: krun }`,
    "recipe.choice",
    'r.yaml:7:21: aggregator.kind "krun" is not offered by this version; did you mean "krum"? available: mean, median, trimmed-mean, krum, multi-krum, bulyan, geometric-median, median-of-means, meamed, mda, centered-clip, norm-clip, auror, fools-gold, fltrust',
  ],
  [
    "protocol of the future",
    `${base}protocol: { kind: scfl, privacy: 2 }`,
    "recipe.choice",
    'r.yaml:7:19: protocol.kind "scfl" is not offered by this version; available: plain, swiftagg-plus, lightsecagg, secagg-plus, secagg, secea, embeddings',
  ],
  [
    "privacy of the future",
    `${base}privacy: { kind: central-gaussian, clip: 1 }`,
    "recipe.choice",
    'r.yaml:7:18: privacy.kind "central-gaussian" is not offered by this version; available: distributed-skellam',
  ],
  [
    "unknown task",
    base.replace("mlp", "mpl"),
    "recipe.task",
    'r.yaml:2:7: there is no task "mnist-mpl"; did you mean "mnist-mlp"?',
  ],
  [
    "name that is no folder",
    base.replace("wrong", "../wrong"),
    "recipe.format",
    'r.yaml:1:7: name "../wrong" must be at most 64 letters, digits, dots, dashes and underscores, the first a letter or digit',
  ],
  [
    "two data sources",
    base.replace("train: 6000", "csv: a.csv"),
    "recipe.key",
    "r.yaml:3:25: data has dataset and csv, but takes only one of them; remove the other",
  ],
  [
    "no data source",
    base.replace("dataset: mnist, ", ""),
    "recipe.missing",
    "r.yaml:3:7: data needs one of dataset, csv, parquet, images, idx, facts",
  ],
  [
    "misspelt data source",
    table.replace("csv:", "cvs:"),
    "recipe.key",
    'r.yaml:2:9: "cvs" is not a key of data; did you mean "csv"?',
  ],
  [
    "table without label",
    table.replace(", label: kind", ""),
    "recipe.missing",
    'r.yaml:2:1: data needs "label": name of the column that holds the class',
  ],

  [
    "more clients required than there are",
    `${base}select: { minimum: 30 }`,
    "recipe.combination",
    "r.yaml:7:20: select.minimum is 30, but there are 20 clients; lower it or raise clients",
  ],
  [
    "fraction of no client",
    `${base}select: { fraction: 0.01 }`,
    "recipe.combination",
    "r.yaml:7:21: select.fraction 0.01 of 20 clients is less than one client; raise it to at least 0.05",
  ],
  [
    "over-selection beyond the clients",
    `${base}select: { over: 1.5 }`,
    "recipe.combination",
    "r.yaml:7:17: select.over 1.5 would ask 30 of 20 clients; lower it or select.fraction",
  ],
  [
    "more clients than rows",
    base.replace("20", "7000"),
    "recipe.combination",
    "r.yaml:4:10: 7000 clients cannot share 6000 training rows; lower clients",
  ],
  [
    "more clients than the dataset has rows",
    base.replace(", train: 6000", "").replace("20", "70000"),
    "recipe.combination",
    "r.yaml:4:10: 70000 clients cannot share 60000 training rows; lower clients",
  ],
  [
    "more shards than rows",
    base.replace("{ kind: dirichlet, alpha: 0.5 }", "{ kind: shards, perClient: 400 }"),
    "recipe.combination",
    "r.yaml:5:39: 20 clients with 400 shards each need 8000 rows, but there are 6000; lower partition.perClient",
  ],
  [
    "larger shares than rows",
    base.replace("alpha: 0.5", "alpha: 0.5, minimum: 301"),
    "recipe.combination",
    "r.yaml:5:52: 20 clients with at least 301 rows each need 6020 rows, but there are 6000; lower partition.minimum",
  ],
  [
    "batch larger than the data",
    `${base}local: { batch: 100000 }`,
    "recipe.combination",
    "r.yaml:7:17: local.batch is 100000, but there are only 6000 training rows; lower local.batch",
  ],
  [
    "message loss without a deadline",
    `${base}network: { faults: { loss: 0.1 } }`,
    "recipe.combination",
    "r.yaml:7:28: with network.faults.loss 0.1 a round could wait for ever for a message; set a deadline in seconds",
  ],
  [
    "lies without a deadline",
    `${base}network: { faults: { duplicate: 1, lie: 0.2 } }`,
    "recipe.combination",
    "r.yaml:7:41: with network.faults.lie 0.2 a round could wait for ever for a message; set a deadline in seconds",
  ],
  [
    "broken connections without a deadline",
    `${base}network: { faults: { leave: { probability: 0.2, seconds: 3 } } }`,
    "recipe.combination",
    "r.yaml:7:44: with network.faults.leave.probability 0.2 a round could wait for ever for a message; set a deadline in seconds",
  ],
  [
    "nothing but garbage",
    `${base}deadline: 5\nnetwork: { faults: { garbage: 1 } }`,
    "recipe.combination",
    "r.yaml:8:31: network.faults.garbage 1 spoils every message; lower it",
  ],
  [
    "connections that break for longer than the server waits",
    `${base}deadline: 5\nnetwork: { faults: { leave: { probability: 0.2, seconds: 60 } } }`,
    "recipe.range",
    "r.yaml:8:58: network.faults.leave.seconds must be at most 30, not 60",
  ],
  [
    "everyone leaves",
    `${base}network: { dropout: 1 }`,
    "recipe.combination",
    "r.yaml:7:21: network.dropout 1 lets every client leave in every round; lower it",
  ],
  [
    "slow clients whose work takes no time",
    `${base}network: { slow: { fraction: 0.1, factor: 3 } }`,
    "recipe.combination",
    "r.yaml:7:18: network.slow slows down computing, which is instant without network.compute; add network.compute",
  ],
  [
    "SCAFFOLD with Adam",
    `${base}server: { optimizer: { kind: scaffold } }\nlocal: { optimizer: { kind: adam } }`,
    "recipe.combination",
    "r.yaml:8:29: scaffold estimates gradients from plain SGD steps; set local.optimizer.kind to sgd instead of adam",
  ],
  [
    "SCAFFOLD with momentum",
    `${base}server: { optimizer: { kind: scaffold } }\nlocal: { optimizer: { momentum: 0.9 } }`,
    "recipe.combination",
    "r.yaml:8:33: scaffold estimates gradients from plain SGD steps; set local.optimizer.momentum to 0 instead of 0.9",
  ],
  [
    "SCAFFOLD with FedProx",
    `${base}server: { optimizer: { kind: scaffold } }\nlocal: { proximal: 0.1 }`,
    "recipe.combination",
    "r.yaml:8:20: local.proximal (FedProx) and scaffold correct the same drift in two ways; set local.proximal to 0 instead of 0.1",
  ],
  [
    "natural partition of pictures",
    base.replace("{ kind: dirichlet, alpha: 0.5 }", "{ kind: natural }"),
    "recipe.combination",
    "r.yaml:5:20: a natural partition needs a table (data.csv or data.parquet) with an id column; choose another partition",
  ],
  [
    "natural partition without owners",
    `${table}partition: { kind: natural }`,
    "recipe.combination",
    "r.yaml:5:20: a natural partition needs data.id, the column that says who owns a row; name it, or choose another partition",
  ],
  [
    "label and owner in one column",
    table.replace("label: kind", "label: kind, id: kind"),
    "recipe.combination",
    'r.yaml:2:42: data.id and data.label both name the column "kind"; they must differ',
  ],
  [
    "task for tables with pictures",
    base.replace("mnist-mlp", "tabular-mlp"),
    "recipe.combination",
    "r.yaml:2:7: tabular-mlp learns from a table, but data is pictures; give data.csv or data.parquet, or use a task such as mnist-mlp",
  ],
  [
    "task for pictures with a table",
    table.replace("tabular-mlp", "mnist-cnn"),
    "recipe.combination",
    "r.yaml:1:7: mnist-cnn learns from pictures, but data is a table; use tabular-logistic or tabular-mlp",
  ],
  [
    "task for tables with facts",
    table.replace("csv: table.csv, label: kind", "facts: kin.csv"),
    "recipe.combination",
    "r.yaml:1:7: tabular-mlp learns from a table, but data is facts; use wordnet-distmult or facts-distmult",
  ],
  [
    "task for facts with a table",
    table.replace("tabular-mlp", "facts-distmult"),
    "recipe.combination",
    "r.yaml:1:7: facts-distmult learns from facts, but data is a table; set data.dataset to wordnet, or give data.facts",
  ],
  [
    "a limit of facts",
    table.replace("csv: table.csv, label: kind", "facts: kin.csv, train: 8"),
    "recipe.key",
    'r.yaml:2:25: "train" is not a key of data with facts; it belongs to dataset, csv, parquet, images, idx',
  ],
  [
    "half a held-out set",
    base.replace("{ dataset: mnist, train: 6000 }", "{ idx: { images: a, labels: b, testImages: c } }"),
    "recipe.combination",
    "r.yaml:3:50: data.idx has testImages without testLabels; give both or neither",
  ],

  [
    "empty file",
    "",
    "recipe.yaml",
    "r.yaml:1:1: the file is empty; a recipe is a mapping such as `task: mnist-mlp`",
  ],
  [
    "only a comment",
    "# later\n",
    "recipe.yaml",
    "r.yaml:1:1: the file is empty; a recipe is a mapping such as `task: mnist-mlp`",
  ],
  [
    "a list",
    "- task: x",
    "recipe.yaml",
    "r.yaml:1:1: a recipe is a mapping of keys to values, such as `task: mnist-mlp`",
  ],
  [
    "a key twice",
    `${base}clients: 3`,
    "recipe.yaml",
    "r.yaml:7:1: this key is written twice; remove one of the two",
  ],
  [
    "a tab",
    `${base}local:\n\tepochs: 1`,
    "recipe.yaml",
    "r.yaml:8:1: YAML does not allow tabs for indentation; use spaces",
  ],
  [
    "two documents",
    `${base}---\n${base}`,
    "recipe.yaml",
    "r.yaml:7:1: the file holds several YAML documents; a recipe is one, so remove the line `---`",
  ],
  ["a list as key", "? [a]\n: 1", "recipe.yaml", "r.yaml:1:3: keys must be plain words"],
  [
    "an unknown tag",
    "task: !!python/object x",
    "recipe.yaml",
    "r.yaml:1:7: the file is not well-formed YAML: Unresolved tag: tag:yaml.org,2002:python/object",
  ],
  ["an alias of nothing", "task: *x", "recipe.yaml", "r.yaml:1:1: the alias *x has no anchor &x before it"],
  [
    "an open quote",
    "task: 'x",
    "recipe.yaml",
    "r.yaml:1:9: the file is not well-formed YAML: Missing closing 'quote",
  ],
  [
    "prototype pollution",
    `__proto__: { seed: 1 }\n${base}`,
    "recipe.key",
    expect.stringMatching(
      /^r\.yaml:1:1: "__proto__" is not a recipe key; valid keys are name, seed, /,
    ) as unknown as string,
  ],
  [
    "deep nesting",
    "[".repeat(100_000),
    "recipe.yaml",
    expect.stringMatching(/: the file is nested too deeply to be a recipe$/) as unknown as string,
  ],
  [
    "a huge file",
    `# ${"x".repeat(200_000)}`,
    "recipe.yaml",
    "r.yaml:1:1: the file has 200002 characters, which is more than the 200000 of any recipe",
  ],
];

describe("a wrong recipe is refused with its place and one sentence:", () => {
  test.each(wrong)("%s", (_what, text, code, message) => {
    const error = failure(text);
    expect({ code: error.code, message: error.message }).toEqual({ code, message });
    expect(error.message.startsWith(`${error.at}: `)).toBe(true);
  });
});

test("aliases that multiply are refused before they fill the memory", () => {
  const levels = ["a: &l0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"];
  for (let i = 1; i < 9; i++) levels.push(`b${i}: &l${i} [${`*l${i - 1}, `.repeat(8)}*l${i - 1}]`);
  expect(failure(levels.join("\n")).message).toBe(
    "r.yaml:1:1: the file's aliases expand to more than 100 values; write the values out",
  );
});

describe("overrides", () => {
  test("set keys in sections, also in absent ones, and are read as YAML", () => {
    const overrides = [
      "local.batch=64",
      "network={ dropout: 0.1 }",
      "deadline=",
      "data.train=500",
      "name=other",
    ];
    const recipe = parseRecipe(base, { file: "r.yaml", overrides });
    expect(recipe.local.batch).toBe(64);
    expect(recipe.network).toEqual({ dropout: 0.1 });
    expect(recipe.deadline).toBeNull();
    expect(recipe.data).toEqual({ dataset: "mnist", train: 500 });
    expect(recipe.name).toBe("other");
  });

  test("of a kind replace the section, whatever their order", () => {
    const overrides = ["partition.perClient=3", "partition.kind=shards"];
    expect(parseRecipe(base, { file: "r.yaml", overrides }).partition).toEqual({
      kind: "shards",
      perClient: 3,
    });
    const same = parseRecipe(base, { file: "r.yaml", overrides: ["partition.kind=dirichlet"] });
    expect(same.partition).toMatchObject({ alpha: 0.5 });
  });

  test.each([
    ["local.batch=0", "recipe.range", "--set local.batch=0: local.batch must be at least 1, not 0"],
    [
      "local.bacth=8",
      "recipe.key",
      '--set local.bacth=8: "bacth" is not a key of local; did you mean "batch"?',
    ],
    [
      "clients=2",
      "recipe.combination",
      "r.yaml:7:20: select.minimum is 5, but there are 2 clients; lower it or raise clients",
    ],
    ["clients.x=1", "recipe.override", "--set clients.x=1: clients is a plain value and has no keys to set"],
    ["rounds", "recipe.override", "--set rounds: write it as key.path=value, such as --set local.batch=64"],
    ["=1", "recipe.override", "--set =1: write it as key.path=value, such as --set local.batch=64"],
    [
      "local.=1",
      "recipe.override",
      "--set local.=1: write it as key.path=value, such as --set local.batch=64",
    ],
    [
      "local={",
      "recipe.override",
      "--set local={: the value is not well-formed YAML; quote it if it holds special characters",
    ],
    [
      "__proto__.polluted=1",
      "recipe.key",
      expect.stringContaining("is not a recipe key") as unknown as string,
    ],
  ])("that are wrong are named: %s", (override, code, message) => {
    const error = failure(`${base}select: { minimum: 5 }`, [override]);
    expect({ code: error.code, message: error.message }).toEqual({ code, message });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

test("facts of one's own suit tasks on facts, and are always known to belong to somebody", () => {
  const facts = table.replace("csv: table.csv, label: kind", "facts: kin.csv");
  for (const task of ["facts-distmult", "wordnet-distmult"]) {
    for (const kind of ["owners", "natural", "iid"]) {
      const text = `${facts.replace("tabular-mlp", task)}partition: { kind: ${kind} }`;
      expect(parseRecipe(text, { file: "r.yaml" }).data).toEqual({ facts: "kin.csv" });
    }
  }
});

test("a recipe without a name is called like its file", () => {
  const text = base.replace("name: wrong\n", "");
  expect(parseRecipe(text, { file: "some/where/my recipe.yaml" }).name).toBe("my-recipe");
});

test("places of keys are known after parsing too", () => {
  const { place } = locateRecipe(base, { file: "r.yaml", overrides: ["rounds=3"] });
  expect(place("partition.alpha")).toBe("r.yaml:5:38");
  expect(place("rounds")).toBe("--set rounds=3");
  expect(place("local.batch")).toBe("r.yaml:1:1");
  expect(place("table.csv:3")).toBeUndefined();
});
