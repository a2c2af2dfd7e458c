import { isEmbeddings } from "../../src/recipe/protocol-families.ts";
import { formatBytes, formatNumber } from "../../src/records/report/format.ts";
import { Button } from "../shared/button.tsx";
import { Figure, Figures } from "../shared/figures.tsx";
import { Notice, type Tone } from "../shared/notice.tsx";
import { Losses } from "./losses.tsx";
import { OwnModelPanel } from "./own-model-panel.tsx";
import { OwnScore } from "./own-score.tsx";
import { end, log, offer, ownModel, progress } from "./participation.ts";
import { plural } from "./what-happens.ts";
import type { End } from "./worker-protocol.ts";

/** How it ended, and what this device has contributed. */
export function EndPanel() {
  const how = end.value!;
  const { rounds } = progress.value;
  const counted = rounds.filter((part) => part.counted);
  const passes = counted.reduce((sum, { trained }) => sum + (trained?.examples ?? 0), 0);
  const { title, tone, text } = wordsFor(how, counted.length);
  const isFinished = "reason" in how && how.reason === "finished";
  return (
    <>
      <h1>{title}</h1>
      <Notice tone={tone}>{text}</Notice>
      <Figures>
        <Figure
          name="Rounds you were asked in"
          value={formatNumber(new Set(rounds.map((part) => part.round)).size)}
        />
        <Figure name="Rounds that counted" value={formatNumber(counted.length)} />
        <Figure
          name="Examples learnt from"
          value={formatNumber(passes)}
          more="over all rounds that counted"
        />
        <Figure
          name="Sent"
          value={formatBytes(log.value.bytes)}
          more={plural(log.value.messages, "message")}
        />
        <OwnScore />
      </Figures>
      {!isFinished && (
        <p class="actions">
          <Button kind="primary" onClick={() => location.reload()}>
            Start again
          </Button>
        </p>
      )}
      <OwnModelPanel />
      <Losses rounds={rounds} />
    </>
  );
}

function wordsFor(how: End, counted: number): { title: string; tone: Tone; text: string } {
  if (!("reason" in how))
    return { title: "It did not work", tone: "bad", text: `${how.problem} (${how.code})` };
  const share = shareText(counted);
  const closing = ownModel.value
    ? "This page no longer holds your data or a connection; what is left is your model."
    : "This page no longer holds your data or a connection; you can close it.";
  switch (how.reason) {
    case "finished":
      return { title: "The run is finished", tone: "good", text: `Thank you. ${share} ${closing}` };
    case "left":
      return { title: "You have left", tone: "info", text: `${share} ${closing}` };
    case "stopped":
    case "failed":
      return {
        title: "The run has failed",
        tone: "warn",
        text: `The server has given the run up. ${share} ${closing}`,
      };
  }
}

/** What has come of the rounds that counted. */
function shareText(counted: number): string {
  if (offer.value && isEmbeddings(offer.value.plan.protocol)) {
    return `${counted === 0 ? "No round" : plural(counted, "round")} counted for your model.`;
  }
  return counted === 0
    ? "No update of yours is in the model."
    : `${plural(counted, "update")} of yours ${counted === 1 ? "is" : "are"} in the model.`;
}
