import { useId, useRef, useState } from "preact/hooks";
import { Button } from "../../shared/button.tsx";
import { ApiError, stopRun } from "../api.ts";

/**
 * Stops a run, after asking once more. The server may belong to the run and end with it.
 *
 * @param isLost whether the server no longer answers
 */
export function StopRun({ run, isLost }: { run: string; isLost: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [isStopping, setStopping] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const stop = async () => {
    dialog.current?.close();
    setStopping(true);
    try {
      await stopRun(run);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setStopping(false);
      setProblem(error.message);
    }
  };
  return (
    <>
      <Button kind="danger" disabled={isStopping} onClick={() => dialog.current?.showModal()}>
        {isStopping ? "Stopping…" : "Stop the run"}
      </Button>
      {isStopping && isLost && (
        <p class="note">
          The server has gone, most likely with the run. <code>npx coterie ui</code> shows its runs again.
        </p>
      )}
      {problem && (
        <span class="is-bad" role="alert">
          {problem}
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
