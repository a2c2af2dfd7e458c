import { useId, useRef, useState } from "preact/hooks";
import { Button } from "../../shared/button.tsx";
import { ApiError, stopRun } from "../api.ts";

/** Stops a run, after asking once more. */
export function StopRun({ run }: { run: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [answer, setAnswer] = useState<"stopping" | string | null>(null);
  const stop = async () => {
    dialog.current?.close();
    try {
      setAnswer("stopping");
      await stopRun(run);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setAnswer(error.message);
    }
  };
  const isStopping = answer === "stopping";
  return (
    <>
      <Button kind="danger" disabled={isStopping} onClick={() => dialog.current?.showModal()}>
        {isStopping ? "Stopping…" : "Stop the run"}
      </Button>
      {answer && !isStopping && (
        <span class="is-bad" role="alert">
          {answer}
        </span>
      )}
      <dialog ref={dialog} aria-labelledby={title}>
        <h2 id={title}>Stop this run?</h2>
        <p>It stops at its next safe point. What is done is kept, and the run can be resumed.</p>
        <div class="controls">
          <Button kind="danger" onClick={stop}>
            Stop the run
          </Button>
          <Button onClick={() => dialog.current?.close()}>Let it go on</Button>
        </div>
      </dialog>
    </>
  );
}
