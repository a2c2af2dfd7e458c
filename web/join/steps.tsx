import { type Phase, phase } from "./participation.ts";

const steps = ["Invitation", "Get ready", "Take part", "Done"] as const;

const stepOf: Readonly<Record<Phase, number>> = {
  invited: 0,
  connecting: 0,
  preparing: 1,
  "taking-part": 2,
  ended: 3,
};

/** Where the owner is on the way. */
export function Steps() {
  const now = stepOf[phase.value];
  return (
    <ol class="steps" aria-label="Steps">
      {steps.map((step, i) => (
        <li key={step} class={i < now ? "is-done" : undefined} aria-current={i === now ? "step" : undefined}>
          {step}
        </li>
      ))}
    </ol>
  );
}
