import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { InputError } from "../../errors.ts";
import { runFolder } from "../../records/node/index.ts";
import { listenForInterrupt } from "../interrupt-signal.ts";
import { type Terminal, writeLine } from "../terminal.ts";

/** Where runs are kept that were not told otherwise; it need not exist before the first. */
const USUAL_FOLDER = "runs";

/** `coterie ui [DIR]`: shows the runs in a folder in a browser, those that go on too. */
export function addUiCommand(program: Command, terminal: Terminal): void {
  program
    .command("ui")
    .description("show runs in a browser, those that go on too")
    .argument("[dir]", "folder that holds runs", USUAL_FOLDER)
    .option("--port <port>", "port on this machine (default: 7777, or another when it is taken)", portNumber)
    .action(async (folder: string, { port }: { readonly port?: number }) => {
      checkFolder(folder);
      const { openDashboard } = await import("../../dashboard/open.ts");
      const onError = (error: unknown) => writeLine(terminal.err, `coterie: ${(error as Error).message}`);
      using interrupt = listenForInterrupt(() => {});
      await using dashboard = await openDashboard({ folder, port, onError });
      writeLine(terminal.out, dashboard.link);
      if (!interrupt.signal.aborted) await once(interrupt.signal, "abort");
    });
}

/** A port; 0 is any that is free. */
export function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError("it must be a port from 0 to 65535.");
}

/** @throws InputError `ui.folder` */
function checkFolder(folder: string): void {
  const facts = statSync(folder, { throwIfNoEntry: false });
  if (facts ? !facts.isDirectory() : folder !== USUAL_FOLDER) {
    throw new InputError("ui.folder", `There is no folder ${folder}; give the folder that holds runs.`, {
      at: folder,
    });
  }
  if (existsSync(runFolder(folder).events)) {
    throw new InputError("ui.folder", `${folder} is a run itself; give the folder that it lies in.`, {
      at: folder,
    });
  }
}
