import { useEffect, useRef } from "preact/hooks";
import { More } from "../shared/more.tsx";
import { Announcer } from "./announcer.tsx";
import { ConnectionPill } from "./connection-pill.tsx";
import { DataPanel } from "./data-panel.tsx";
import { DevicePanel } from "./device-panel.tsx";
import { EndPanel } from "./end-panel.tsx";
import { InvitationPanel } from "./invitation-panel.tsx";
import { LeftDevice, LeftLine } from "./left-device.tsx";
import { OwnModelPanel } from "./own-model-panel.tsx";
import { offer, type Phase, phase, progress } from "./participation.ts";
import { PlanPanel } from "./plan-panel.tsx";
import { Steps } from "./steps.tsx";
import { TakingPart } from "./taking-part.tsx";

/** The whole page: head, the step that the owner is at, and what left the device. */
export function App() {
  const main = useRef<HTMLElement>(null);
  const now = phase.value;
  const isFirst = useRef(true);
  // Whoever pressed the last button of a step goes on at the top of the next.
  useEffect(() => {
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.focus();
    }
    isFirst.current = false;
  }, [now]);
  const title = titleOf(now);
  useEffect(() => {
    document.title = `${title} – Coterie`;
  }, [title]);
  return (
    <>
      <header class="bar">
        <span class="brand">
          <img src={favicon} width="24" height="24" alt="" />
          Coterie
        </span>
        <ConnectionPill />
      </header>
      <main ref={main} tabIndex={-1}>
        <Steps />
        {contentOf(now)}
        <LeftLine />
        <LeftDevice />
      </main>
      <Announcer />
    </>
  );
}

const favicon = new URL("../dashboard/favicon.svg", import.meta.url).href;

function contentOf(now: Phase) {
  switch (now) {
    case "invited":
    case "connecting":
      return <InvitationPanel />;
    case "preparing":
      return (
        <>
          <h1>Get ready to take part</h1>
          <div class="columns">
            <PlanPanel />
            <div class="stack">
              <DataPanel />
              <DevicePanel />
              <OwnModelPanel />
            </div>
          </div>
        </>
      );
    case "taking-part":
      return (
        <>
          <TakingPart />
          <More title="What was agreed">{() => <PlanPanel />}</More>
        </>
      );
    case "ended":
      return <EndPanel />;
  }
}

function titleOf(now: Phase): string {
  switch (now) {
    case "invited":
    case "connecting":
      return "Invitation";
    case "preparing":
      return "Get ready";
    case "taking-part": {
      const part = progress.value.rounds.at(-1);
      return part ? `Round ${part.round} of ${offer.value!.plan.rounds}` : "Taking part";
    }
    case "ended":
      return "The end";
  }
}
