import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { destination, pino } from "pino";
import { InputError } from "../../errors.ts";
import { simulatedOnly } from "../../recipe/fault-plan.ts";
import { closingLines } from "../closing-lines.ts";
import { followRun, type Remedy } from "../follow-run.ts";
import { folderOf, outFolder } from "../out-folder.ts";
import { qrText } from "../qr.ts";
import { resumeRemedy } from "../resume-remedy.ts";
import { addRecipeOptions, type RecipeOptions, readyRecipe, wholeNumber } from "../run-options.ts";
import type { Runner } from "../runner.ts";
import { parseListenAddress } from "../serve/listen-address.ts";
import type { DoorOptions, Links } from "../serve/open-door.ts";
import { type Terminal, writeLine } from "../terminal.ts";

interface Options extends RecipeOptions {
  readonly listen: string;
  readonly out?: string;
  readonly resume?: true;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: true;
  readonly public?: string;
  readonly invitations: number;
  readonly allow?: string;
  readonly deal?: true;
  readonly logs?: string;
}

const MOST_INVITATIONS = 10_000;

/** `coterie serve RECIPE`: a real server for real clients. */
export function addServeCommand(program: Command, terminal: Terminal): void {
  addRecipeOptions(
    program
      .command("serve")
      .description("train a recipe's federation with real clients, who come by the link that is printed")
      .argument("<recipe>", "path of a recipe, or the name of one in recipes/"),
  )
    .option("--listen <host:port>", "where to listen; beyond this machine by TLS", "127.0.0.1:8787")
    .option("--out <folder>", "where to keep the run (default: runs/<name>-<time>)")
    .option("--resume", "continue the run in --out, or the latest interrupted run of this recipe")
    .option("--cert <file>", "TLS certificate in PEM, those of its authorities after it")
    .option("--key <file>", "its private key in PEM")
    .option("--insecure", "plain HTTP beyond this machine, behind a proxy that does TLS")
    .option("--public <url>", "how clients reach the server, where that is not its own address")
    .addOption(
      new Option("--invitations <count>", "links for one client each, instead of one link for all")
        .default(0, "one link for all")
        .argParser(wholeNumber(1, MOST_INVITATIONS)),
    )
    .option("--allow <file>", "let keys in beforehand: lines of a name and a key's fingerprint")
    .option("--deal", "deal the recipe's training data out to the clients, for trying it out without data")
    .option(
      "--logs <file>",
      "structured logs, `-` for standard error (default: server.log in the run's folder)",
    )
    .action(async (name: string, options: Options) => {
      const ready = await readyRecipe(name, options);
      const place = await outFolder(ready.recipe.name, options);
      const quiet = options.quiet === true;
      const idle = simulatedOnly(ready.recipe);
      if (idle.length > 0 && !quiet) {
        writeLine(terminal.err, `not applied, because real networks take their own time: ${idle.join(", ")}`);
      }
      const door = await doorOptions(options);
      const log = options.logs === undefined ? undefined : openLog(options.logs);
      const showsCode = !quiet && terminal.err.isTTY === true;
      const stopping = new AbortController();
      const remedy: Remedy = (folder) => resumeRemedy("serve", name, options, folder, repeatedWords(options));
      const plan = { ...place, workers: 1, quiet, remedy, stop: stopping.signal };
      const runner: Runner = async function* (recipe, { folder, resume, signal, baseFolder, say }) {
        const [{ serve }, { openDoor }] = await Promise.all([
          import("../../run/serve.ts"),
          import("../serve/open-door.ts"),
        ]);
        yield* serve(recipe, {
          ...{ resume, signal, baseFolder, deal: options.deal === true },
          ...(folder !== undefined && { folder }),
          door: (runFolder) =>
            openDoor(runFolder, {
              ...door,
              stop: () => stopping.abort(),
              log: log ?? openLog(join(runFolder.path, "server.log")),
              announce: (links) => say(announcement(links, showsCode)),
            }),
        });
      };
      const summary = await followRun(runner, ready, plan, terminal);
      if (!quiet) {
        const lines = closingLines(summary, place.folder ?? folderOf(summary.run));
        writeLine(options.json ? terminal.err : terminal.out, lines);
      }
      if (options.json) writeLine(terminal.out, JSON.stringify(summary));
    });
}

/** The options of the door, and that it can be opened. */
async function doorOptions({
  listen: address,
  cert,
  key,
  insecure,
  public: publicUrl,
  invitations,
  allow,
}: Options): Promise<Omit<DoorOptions, "stop" | "log" | "announce">> {
  if ((cert === undefined) !== (key === undefined)) {
    throw new InputError("serve.tls", "Give both --cert and --key, or neither.", { at: "--cert" });
  }
  if (publicUrl !== undefined && !(/^https?:\/\//.test(publicUrl) && URL.canParse(publicUrl))) {
    throw new InvalidArgumentError("--public must be a URL that begins with https:// or http://.");
  }
  const listen = parseListenAddress(address);
  const { checkDoor } = await import("../serve/check-door.ts");
  const checked = await checkDoor({
    listen,
    ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
    ...(allow !== undefined && { allow }),
  });
  return {
    ...{ listen, insecure: insecure === true, invitations, ...checked },
    ...(publicUrl !== undefined && { publicUrl }),
  };
}

/** @throws InputError `serve.logs` when the file cannot be written */
function openLog(file: string): DoorOptions["log"] {
  const to = file === "-" ? { dest: 2, sync: true } : { dest: file, sync: true, mkdir: true, append: true };
  try {
    return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination(to));
  } catch (cause) {
    throw new InputError(
      "serve.logs",
      `The file ${file} cannot be written (${(cause as NodeJS.ErrnoException).code}); give another as --logs.`,
      { at: "--logs", cause },
    );
  }
}

/** Links are secrets: they go to the terminal and nowhere else. */
function announcement({ join, operator, observer }: Links, withCode: boolean): string {
  return [
    ...(withCode && join.length === 1 ? [qrText(join[0])] : []),
    ...join.map((link) => `join      ${link}`),
    `dashboard ${operator}`,
    `           ${observer} (to look only)`,
  ].join("\n");
}

/** The options that a restart must repeat. */
function repeatedWords(options: Options): string[] {
  const { listen, deal, insecure, cert, key, public: publicUrl, invitations, allow, logs } = options;
  return [
    ...["--listen", listen],
    ...(deal ? ["--deal"] : []),
    ...(insecure ? ["--insecure"] : []),
    ...(cert !== undefined && key !== undefined ? ["--cert", cert, "--key", key] : []),
    ...(publicUrl !== undefined ? ["--public", publicUrl] : []),
    ...(invitations > 0 ? ["--invitations", String(invitations)] : []),
    ...(allow !== undefined ? ["--allow", allow] : []),
    ...(logs !== undefined ? ["--logs", logs] : []),
  ];
}
