import type { Command } from "commander";
import { type Terminal, writeLine } from "../terminal.ts";

interface Options {
  readonly name?: string;
  readonly json?: true;
}

/** `coterie key`: by what this machine's clients are known. */
export function addKeyCommand(program: Command, terminal: Terminal): void {
  program
    .command("key")
    .description("show the fingerprint of this machine's key, as a line for `coterie serve --allow`")
    .option("--name <name>", "the name that the key takes part under (default: this machine's)")
    .option("--json", "one JSON value on standard output")
    .action(async ({ name, json }: Options) => {
      const { ownKey } = await import("../../runtime/node/key-store.ts");
      const own = await ownKey({ name });
      writeLine(terminal.out, json ? JSON.stringify(own) : `${own.name} ${own.fingerprint}`);
    });
}
