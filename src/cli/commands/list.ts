import type { Command } from "commander";
import { datasets } from "../../data/datasets.ts";
import { nearestName } from "../../data/index.ts";
import { InputError } from "../../errors.ts";
import { offeredKinds } from "../../recipe/index.ts";
import { listRecipes } from "../../recipe/node/index.ts";
import { formatTable, type Terminal, writeLine } from "../terminal.ts";

interface Listed {
  readonly name: string;
  readonly description: string;
}

/** What can be listed, in the order shown. */
const catalogues: Readonly<Record<string, () => readonly Listed[] | Promise<readonly Listed[]>>> = {
  tasks: async () => {
    const { tasks } = await import("../../learn/tasks/registry.ts");
    return [...tasks.values()].map(({ task }) => ({ name: task.name, description: task.description }));
  },
  datasets: () => datasets,
  protocols: () => offeredKinds("protocol"),
  aggregators: () => offeredKinds("aggregator"),
  attacks: () => offeredKinds("adversary"),
  recipes: () => listRecipes(process.cwd()),
};

/** `coterie list [WHAT]`: what this version offers, by the names that recipes use. */
export function addListCommand(program: Command, terminal: Terminal): void {
  program
    .command("list")
    .description("show what recipes can name")
    .argument("[what]", `one of ${Object.keys(catalogues).join(", ")}; all when absent`)
    .option("--json", "the lists as JSON on standard output")
    .action(async (what: string | undefined, options: { readonly json?: true }) => {
      if (what !== undefined && !Object.hasOwn(catalogues, what)) throw unknownList(what);
      const names = what === undefined ? Object.keys(catalogues) : [what];
      const lists: Record<string, Listed[]> = {};
      for (const name of names) {
        lists[name] = (await catalogues[name]()).map(({ name, description }) => ({ name, description }));
      }
      const text = options.json
        ? JSON.stringify(lists)
        : names.map((name) => section(name, lists[name])).join("\n\n");
      writeLine(terminal.out, text);
    });
}

function unknownList(what: string): InputError {
  const nearest = nearestName(what, Object.keys(catalogues));
  const hint =
    nearest === undefined ? `there are ${Object.keys(catalogues).join(", ")}` : `did you mean "${nearest}"?`;
  return new InputError("cli.list", `There is no list "${what}"; ${hint}`, { at: what });
}

function section(title: string, entries: readonly Listed[]): string {
  if (entries.length === 0) return `${title}\n  none in this version`;
  const table = formatTable([["", ""], ...entries.map(({ name, description }) => [name, description])]);
  return `${title}${table.replaceAll("\n", "\n  ")}`;
}
