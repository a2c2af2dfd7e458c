import { CoterieError } from "../errors.ts";

/** The user stopped what this process was doing, in good order; it can be gone on with (exit code 3). */
export class Interrupted extends CoterieError {}
