import { useEffect, useState } from "preact/hooks";
import { ApiError } from "./api.ts";
import { signOut } from "./session.ts";

export interface Polled<T> {
  /** The last answer; undefined before the first. */
  readonly value: T | undefined;
  /** Why the last question had no answer; null when it had. */
  readonly problem: string | null;
}

/**
 * Asks again and again, while the page is visible.
 *
 * @param ask a stable function
 * @param seconds between an answer and the next question
 */
export function usePolled<T>(ask: () => Promise<T>, seconds: number): Polled<T> {
  const [state, setState] = useState<Polled<T>>({ value: undefined, problem: null });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    let isAsking = false;
    const turn = async () => {
      clearTimeout(timer);
      if (isOver || isAsking || document.hidden) return;
      isAsking = true;
      try {
        const value = await ask();
        if (!isOver) setState({ value, problem: null });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) return signOut();
        if (!isOver) setState(({ value }) => ({ value, problem: error.message }));
      } finally {
        isAsking = false;
      }
      timer = setTimeout(turn, seconds * 1000);
    };
    void turn();
    document.addEventListener("visibilitychange", turn);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", turn);
    };
  }, [ask, seconds]);
  return state;
}
