import { signal } from "@preact/signals";

/** Whether the screen is kept on at the moment; false where the browser cannot do it. */
export const isKeptAwake = signal(false);

/** Whether the page was in the background since the device began to take part; phones may pause it there. */
export const wasHidden = signal(false);

/** Keeps the screen on while the page is visible, until the answer is called. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  const over = new AbortController();
  const acquire = async () => {
    if (document.visibilityState !== "visible") {
      wasHidden.value = true;
      return;
    }
    try {
      // Missing in some browsers, refused when the battery is low. The browser takes it back when the page is hidden.
      lock = await navigator.wakeLock.request("screen");
      isKeptAwake.value = true;
      lock.onrelease = () => {
        isKeptAwake.value = false;
      };
      if (over.signal.aborted) await lock.release();
    } catch {
      isKeptAwake.value = false;
    }
  };
  void acquire();
  document.addEventListener("visibilitychange", () => void acquire(), { signal: over.signal });
  return () => {
    over.abort();
    void lock?.release();
  };
}
