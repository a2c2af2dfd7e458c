import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../shared/button.tsx";
import { More } from "../shared/more.tsx";
import { Notice } from "../shared/notice.tsx";
import { Panel } from "../shared/panel.tsx";
import { Table } from "../shared/table.tsx";
import { ClassCounts } from "./class-counts.tsx";
import { filesOf } from "./data/files-of.ts";
import type { DataSummary } from "./data-summary.ts";
import { FactCounts } from "./fact-counts.tsx";
import { data, giveFiles, giveProblem, giveTrial, offer } from "./participation.ts";
import { problemOf } from "./problem.ts";
import { listed, neededColumns, neededData, plural, thingOf } from "./what-happens.ts";

/** What data the run needs, the ways to give them, and what was made of what was given. */
export function DataPanel() {
  const { plan, hasTrial } = offer.value!;
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const isOver = useDrop();
  return (
    <Panel title="Your data" note={neededData(plan.data)}>
      <Needed />
      <div class={isOver ? "drop is-over" : "drop"}>
        <div class="actions">
          <Button onClick={() => files.current!.click()}>Choose files …</Button>
          <Button onClick={() => folder.current!.click()}>Choose a folder …</Button>
          {hasTrial && (
            <Button onClick={giveTrial}>
              Use the {thingOf(plan.data)}s that the server deals for trying out
            </Button>
          )}
        </div>
        <p class="note">or drop files or a folder on this page. They are read on this device only.</p>
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

function Needed() {
  const { data } = offer.value!.plan;
  if (data.kind === "images") return <p class="note">Classes: {listed(data.classNames)}.</p>;
  const columns = neededColumns(data);
  return (
    <More title={`The ${plural(columns.length, "column")}`}>
      {() => (
        <Table
          caption="Columns that are needed"
          captionUnseen
          rows={columns}
          keyOf={([name]) => name}
          columns={[
            { head: "Column", cell: ([name]) => name },
            { head: "Holds", cell: ([, text]) => text },
          ]}
        />
      )}
    </More>
  );
}

/** Takes what is dropped anywhere on the page, which a browser would open in its place; whether something hovers. */
function useDrop(): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const gone = new AbortController();
    const { signal } = gone;
    const over = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) void give(event.dataTransfer);
    };
    addEventListener("dragover", over, { signal });
    addEventListener("dragleave", () => setOver(false), { signal });
    addEventListener("drop", drop, { signal });
    return () => gone.abort();
  }, []);
  return isOver;
}

function Given() {
  const given = data.value;
  switch (given.kind) {
    case "none":
      return null;
    case "reading":
      return <p>Reading …</p>;
    case "problem":
      return <Notice tone="bad">{given.problem}</Notice>;
    case "read":
      return <Read given={given} />;
  }
}

function Read({ given: { source, examples, content, notes } }: { given: DataSummary }) {
  const { data } = offer.value!.plan;
  const count = content.kind === "facts" ? content.facts : examples;
  const what = plural(count, thingOf(data));
  return (
    <>
      {source === "trial" ? (
        <Notice tone="info">
          These {what} came from the server and are not yours; they are for trying out.
        </Notice>
      ) : (
        <p>
          <strong>{what}</strong> read.
        </p>
      )}
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      {content.kind === "facts" && <FactCounts counts={content} />}
      {content.kind === "classes" && data.kind !== "facts" && (
        <ClassCounts names={data.classNames} counts={content.counts} />
      )}
    </>
  );
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
