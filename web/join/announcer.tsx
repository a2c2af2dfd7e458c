import { useComputed } from "@preact/signals";
import { connection, data, device, end, offer, phase, progress } from "./participation.ts";

/** Tells those who listen instead of looking how things stand, a sentence at a time. */
export function Announcer() {
  const text = useComputed(sentence);
  return (
    <p class="unseen" role="status">
      {text}
    </p>
  );
}

function sentence(): string {
  switch (phase.value) {
    case "invited":
      return "";
    case "connecting":
      return connection.value.kind === "waiting"
        ? "The server cannot be reached; trying again."
        : "Connecting.";
    case "preparing":
      if (device.value.kind === "measuring") return "Your data are read. This device is being measured.";
      if (data.value.kind === "reading") return "Reading your data.";
      if (data.value.kind === "read") return "Your data are read. Everything is ready.";
      return "Connected. Choose your data.";
    case "taking-part": {
      if (connection.value.kind === "waiting") return "The connection is lost; trying again.";
      const closed = progress.value.rounds.findLast(({ counted }) => counted !== undefined);
      if (closed === undefined) return "Taking part.";
      const how = closed.counted ? "counted" : "did not count";
      return `Round ${closed.round} of ${offer.value!.plan.rounds} is over; your part ${how}.`;
    }
    case "ended":
      return end.value && "reason" in end.value ? "It is over." : "";
  }
}
