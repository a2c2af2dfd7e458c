/** `coterie/join`: a client's part in a real run, the same in Node and in browsers. */
export { type JoinEvent, type JoinOptions, joinRun } from "./join-run.ts";
export type { ReceivedPlan, RunPlan } from "./run-plan.ts";
export type { SentMessage } from "./transcript.ts";
