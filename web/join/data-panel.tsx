import { useRef, useState } from "preact/hooks";
import { formatNumber } from "../../src/records/report/format.ts";
import { Button } from "../shared/button.tsx";
import { Notice } from "../shared/notice.tsx";
import { Panel } from "../shared/panel.tsx";
import { ClassCounts } from "./class-counts.tsx";
import { filesOf } from "./data/files-of.ts";
import { Facts } from "./facts.tsx";
import { data, giveFiles, giveProblem, giveTrial, offer } from "./participation.ts";
import { problemOf } from "./problem.ts";
import { neededData, neededParts, plural } from "./what-happens.ts";

/** What data the run needs, the ways to give them, and what was made of what was given. */
export function DataPanel() {
  const { plan, trial } = offer.value!;
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer) void give(event.dataTransfer);
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const parts = neededParts(plan.data);
  return (
    <Panel title="Your data" note={neededData(plan.data)}>
      <details>
        <summary>{plan.data.kind === "table" ? `The columns (${parts.length})` : "The classes"}</summary>
        <div class="scroll">
          <Facts facts={parts} />
        </div>
      </details>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the buttons in it */}
      <div
        class={isOver ? "drop is-over" : "drop"}
        onDragOver={over}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div class="actions">
          <Button onClick={() => files.current!.click()}>Choose files …</Button>
          <Button onClick={() => folder.current!.click()}>Choose a folder …</Button>
          {trial !== undefined && (
            <Button onClick={giveTrial}>Use the examples that the server deals for trying out</Button>
          )}
        </div>
        <p class="note">or drop files or a folder here. They are read on this device only.</p>
        <input ref={files} class="picker" type="file" multiple aria-label="Files" onChange={picked} />
        <input
          ref={folder}
          class="picker"
          type="file"
          {...{ webkitdirectory: true }}
          aria-label="Folder"
          onChange={picked}
        />
      </div>
      <Given />
    </Panel>
  );
}

function Given() {
  const given = data.value;
  const { plan, trial } = offer.value!;
  switch (given.kind) {
    case "none":
      return null;
    case "reading":
      return <p>Reading …</p>;
    case "problem":
      return <Notice tone="bad">{given.problem}</Notice>;
    case "read": {
      const examples = given.counts.reduce((sum, count) => sum + count, 0);
      return (
        <>
          {given.source === "trial" ? (
            <Notice tone="info">
              These {formatNumber(trial!)} examples came from the server and are not yours; they are for
              trying out.
            </Notice>
          ) : (
            <p>
              <strong>{plural(examples, "example")}</strong> read.
            </p>
          )}
          {given.notes.map((note) => (
            <p key={note} class="note">
              {note}
            </p>
          ))}
          <ClassCounts names={plan.data.classNames} counts={given.counts} />
        </>
      );
    }
  }
}

function picked({ currentTarget: input }: { currentTarget: HTMLInputElement }): void {
  if (input.files?.length) void give(input.files);
  // The same files may be chosen again, corrected.
  input.value = "";
}

async function give(source: DataTransfer | FileList): Promise<void> {
  try {
    giveFiles(await filesOf(source));
  } catch (error) {
    giveProblem(problemOf(error).problem);
  }
}
