import { CoterieError } from "../errors.ts";

/** The user stopped the run; it can be resumed (exit code 3). */
export class Interrupted extends CoterieError {
  constructor(remedy: string) {
    super("run.interrupted", `The run was interrupted at a safe point; ${remedy}`);
  }
}
