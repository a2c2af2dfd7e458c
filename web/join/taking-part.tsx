import { useEffect } from "preact/hooks";
import { formatBytes, formatNumber, formatSeconds } from "../../src/records/report/format.ts";
import { Button } from "../shared/button.tsx";
import { Figure, Figures } from "../shared/figures.tsx";
import { Notice } from "../shared/notice.tsx";
import { isKeptAwake, keepAwake, wasHidden } from "./keep-awake.ts";
import { Losses } from "./losses.tsx";
import { OwnModelPanel } from "./own-model-panel.tsx";
import { OwnScore } from "./own-score.tsx";
import { connection, isLeaving, leave, log, offer, progress } from "./participation.ts";

/** How it goes: the round, what the device does, how well it learns, and the way out. */
export function TakingPart() {
  useEffect(keepAwake, []);
  useEffect(warnBeforeClosing, []);
  const { rounds, refused } = progress.value;
  const total = offer.value!.plan.rounds;
  const round = rounds.at(-1)?.round ?? 0;
  const last = rounds.findLast(({ trained }) => trained !== undefined)?.trained;
  const counted = rounds.filter((part) => part.counted).length;
  const missed = rounds.filter((part) => part.counted === false).length;
  return (
    <>
      <section class="panel status" aria-labelledby="activity">
        <h1 id="activity">
          <span class={`dot is-${dotOf()}`} aria-hidden="true" />
          {activityText()}
        </h1>
        <p class="round">
          {round === 0 ? `${formatNumber(total)} rounds to come` : `Round ${round} of ${total}`}
        </p>
        <progress max={total} value={rounds.findLast((part) => part.counted !== undefined)?.round ?? 0}>
          {round} of {total}
        </progress>
        <Figures>
          <Figure name="Loss on your data" value={last ? formatNumber(last.loss) : "–"} />
          <OwnScore />
          <Figure
            name="Rounds that counted"
            value={String(counted)}
            more={missed === 0 ? undefined : `${missed} too late, or in vain`}
          />
          <Figure name="Time of a round here" value={last ? formatSeconds(last.seconds) : "–"} />
          <Figure name="Sent" value={formatBytes(log.value.bytes)} more={`${log.value.messages} messages`} />
        </Figures>
        {refused && (
          <Notice tone="warn">
            A message was refused ({refused.code}): {refused.reason}
          </Notice>
        )}
        <p class="note">{awakeText()}</p>
        <p class="actions">
          <Button kind="danger" onClick={leave} disabled={isLeaving.value}>
            {isLeaving.value ? "Leaving …" : "Leave"}
          </Button>
        </p>
      </section>
      <OwnModelPanel />
      <Losses rounds={rounds} />
    </>
  );
}

function activityText(): string {
  if (isLeaving.value) return "Taking leave of the server";
  const state = connection.value;
  if (state.kind === "waiting" || state.kind === "connecting") return "Waiting for the connection";
  switch (progress.value.activity) {
    case "idle":
      return "Waiting for the next round";
    case "training":
      return "Training on your data";
    case "sent":
      return "Trained; waiting for the others";
  }
}

function dotOf(): "busy" | "calm" | "lost" {
  if (connection.value.kind !== "connected") return "lost";
  return progress.value.activity === "training" ? "busy" : "calm";
}

function awakeText(): string {
  const screen = isKeptAwake.value
    ? "The screen stays on while you take part."
    : "Keep the screen on and this page in front while you take part.";
  return wasHidden.value
    ? `${screen} The page was in the background for a while; phones pause it there, and rounds may be missed.`
    : screen;
}

/** Browsers ask before they close or reload a page that is at work. */
function warnBeforeClosing(): () => void {
  const ask = (event: Event) => event.preventDefault();
  addEventListener("beforeunload", ask);
  return () => removeEventListener("beforeunload", ask);
}
