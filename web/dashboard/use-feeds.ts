import { useEffect, useState } from "preact/hooks";
import { openFeed, type RunFeed } from "./run-feed.ts";

/** Follows runs while the component is on the page. @param runs may not change; give the component a key */
export function useFeeds(runs: readonly string[], how: "stream" | "poll"): readonly RunFeed[] {
  const [feeds, setFeeds] = useState<readonly RunFeed[]>([]);
  // See `runs`.
  useEffect(() => {
    const opened = runs.map((run) => openFeed(run, how));
    setFeeds(opened);
    return () => {
      for (const feed of opened) feed.close();
    };
  }, []);
  return feeds;
}
