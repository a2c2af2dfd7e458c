/** `bin/coterie.js` in a process of its own, which says what it does on standard error. */
import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";

const bin = resolve("bin/coterie.js");

export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; said: string }>;
  #said = "";
  #look: () => void = () => {};

  /** @param folder its working folder; what belongs to its user is kept in there too */
  constructor(folder: string, words: readonly string[]) {
    const env = { ...process.env, COTERIE_HOME: join(folder, "home") };
    this.child = spawn(process.execPath, [bin, ...words], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      env,
    });
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
      this.#look();
    });
    this.ended = new Promise((done) => {
      this.child.on("close", (code) => {
        done({ code, said: this.#said });
        this.#look();
      });
    });
  }

  /**
   * What `find` makes of all that was said so far, once it makes something of it.
   *
   * @throws Error when the program ends before
   */
  says<T>(find: (said: string) => T | undefined): Promise<T> {
    return new Promise((found, failed) => {
      this.#look = () => {
        const match = find(this.#said);
        if (match !== undefined) found(match);
        else if (this.child.exitCode !== null || this.child.signalCode !== null) {
          failed(new Error(`The program ended before it said what was awaited:\n${this.#said}`));
        }
      };
      this.#look();
    });
  }

  /** `kill -9`, and until it is dead. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}
