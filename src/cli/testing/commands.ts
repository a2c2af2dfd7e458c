import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";

const bin = resolve("bin/coterie.js");

/** A process of the command line. */
export interface Command {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
  /** What standard error says, once it matches. Rejects when the process ends without it. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
}

/** Processes that are started in one folder, where their identities lie too. */
export class Commands {
  readonly #folder: string;
  readonly #children: ChildProcess[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  start(...words: string[]): Command {
    const child = spawn(process.execPath, [bin, ...words], {
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, COTERIE_HOME: join(this.#folder, "home") },
    });
    this.#children.push(child);
    const said = { out: "", err: "" };
    const listeners = new Set<() => void>();
    child.stdout.on("data", (chunk) => {
      said.out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      said.err += chunk;
      for (const listener of listeners) listener();
    });
    const ended: Command["ended"] = new Promise((done) =>
      child.on("close", (code) => done({ code, ...said })),
    );
    const says = (pattern: RegExp): Promise<RegExpMatchArray> =>
      new Promise((done, failed) => {
        const look = () => {
          const match = said.err.match(pattern);
          if (match) done(match);
        };
        listeners.add(look);
        look();
        void ended.then(() => failed(new Error(`ended before it said ${pattern}:\n${said.err}`)));
      });
    return { child, ended, says };
  }

  /** Ends those that are still there. */
  kill(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }
}
