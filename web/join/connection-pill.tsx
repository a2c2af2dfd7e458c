import { useEffect, useState } from "preact/hooks";
import { Pill } from "../shared/notice.tsx";
import { connection } from "./participation.ts";

/** How the connection fares, with the seconds to the next attempt. */
export function ConnectionPill() {
  const state = connection.value;
  switch (state.kind) {
    case "none":
      return <Pill>not connected</Pill>;
    case "connecting":
      return <Pill tone="info">connecting …</Pill>;
    case "connected":
      return <Pill tone="good">connected</Pill>;
    case "waiting":
      return (
        <Pill tone="warn">
          reconnecting in <Countdown until={state.until} /> s
        </Pill>
      );
  }
}

/** Whole seconds until a moment of `performance.now()`. */
function Countdown({ until }: { until: number }) {
  const left = () => Math.max(0, Math.ceil((until - performance.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 250);
    return () => clearInterval(timer);
  }, [until]);
  return <>{seconds}</>;
}
