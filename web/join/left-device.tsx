import type { SentMessage } from "../../src/join/transcript.ts";
import { formatBytes, formatNumber } from "../../src/records/report/format.ts";
import { Button } from "../shared/button.tsx";
import { Panel } from "../shared/panel.tsx";
import { Table } from "../shared/table.tsx";
import { invitation, log, wireBytes } from "./participation.ts";
import { saveFile } from "./save-file.ts";
import { mostRows, type TranscriptLog, type TranscriptRow } from "./transcript-log.ts";
import { plural } from "./what-happens.ts";

/** How much left, in a line that stays on the screen while the list is out of sight. */
export function LeftLine() {
  const { messages, bytes } = log.value;
  return (
    <button type="button" class="left-line" onClick={() => document.getElementById(listId)!.focus()}>
      <strong>Left this device:</strong>{" "}
      {messages === 0 ? "nothing" : `${plural(messages, "message")}, ${formatBytes(bytes)}`}
    </button>
  );
}

const listId = "left-device";

/** Every message that went out, newest first. It is on the page at every step. */
export function LeftDevice() {
  const now = log.value;
  const isEncrypted = invitation.value?.url.startsWith("https:") ?? false;
  return (
    <div class="left-device" id={listId} tabIndex={-1}>
      <Panel title="What left this device">
        {now.messages === 0 ? (
          <p class="note">Nothing so far.</p>
        ) : (
          <>
            <p class="note">
              {kindsText(now)}. {signedText(now, isEncrypted)}
            </p>
            <Table
              caption="Messages, newest first"
              captionUnseen
              rows={now.rows}
              keyOf={({ number }) => number}
              columns={[
                { head: "Kind", cell: ({ kind }) => kind },
                { head: "Round", cell: ({ round }) => (round === 0 ? "–" : round), figure: true },
                { head: "Bytes", cell: ({ bytes }) => formatNumber(bytes), figure: true },
                { head: "Time", cell: ({ wall }) => time.format(wall) },
                { head: "Numbers", cell: ({ tensors }) => tensorsText(tensors) },
                { head: "Fields", cell: (row) => <Fields row={row} /> },
                { head: "Protection", cell: ({ protection }) => protection.join(", ") || "none" },
              ]}
            />
            <p class="note after">
              With acknowledgements, signatures and signs of life, the connection was given{" "}
              {formatBytes(wireBytes.value)} in all.
            </p>
            <p class="actions">
              <Button onClick={() => download(now)}>Download as JSON</Button>
            </p>
          </>
        )}
      </Panel>
    </div>
  );
}

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Characters of a row's fields that are shown unasked. */
const short = 48;

function Fields({ row: { body, to } }: { row: TranscriptRow }) {
  const text = to.every((party) => party === "server") ? body : `to ${to.join(", ")}: ${body}`;
  if (text === "{}") return <>none</>;
  if (text.length <= short) return <code>{text}</code>;
  return (
    <details class="fields">
      <summary>
        <code>{text.slice(0, short)}…</code>
      </summary>
      <code>{text}</code>
    </details>
  );
}

function kindsText({ kinds }: TranscriptLog): string {
  return Object.entries(kinds)
    .map(([kind, { messages, bytes }]) => `${messages} ${kind} (${formatBytes(bytes)})`)
    .join(", ");
}

function signedText({ rows, messages }: TranscriptLog, isEncrypted: boolean): string {
  const which =
    rows.length < messages ? `The latest ${formatNumber(mostRows)} are listed, newest first.` : "";
  const way = isEncrypted ? "an encrypted connection" : "a connection that is not encrypted";
  return `Each is signed with this tab's key and goes through ${way}. ${which}`;
}

function tensorsText(tensors: SentMessage["tensors"]): string {
  if (tensors.length === 0) return "none";
  return tensors.map(({ name, type, entries }) => `${name}: ${formatNumber(entries)} × ${type}`).join(", ");
}

/** The list as it is, for the owner's own files. */
function download({ rows, ...totals }: TranscriptLog): void {
  const content = { ...totals, connectionBytes: wireBytes.value, latest: rows };
  const json = new Blob([JSON.stringify(content, null, 2)], { type: "application/json" });
  saveFile("what-left-this-device.json", json);
}
