import type { LiveRun } from "../../../src/records/live/follow-run.ts";
import { type Fact, runFacts } from "../../../src/records/report/facts.ts";
import { Facts } from "../../shared/facts.tsx";
import { More } from "../../shared/more.tsx";
import { Panel } from "../../shared/panel.tsx";
import { RecipeText } from "./recipe-text.tsx";

/** What is needed to know the run again and to repeat it, and the files that it left. */
export function About({ live }: { live: LiveRun }) {
  const files = Object.entries(live.finished?.files ?? {}).flatMap(([name, path]): Fact[] =>
    path === null ? [] : [[name, path]],
  );
  return (
    <>
      <Panel title="The run">
        <Facts facts={runFacts(live)} />
        <More title="Recipe, with all defaults filled in">
          {() => <RecipeText recipe={live.started.recipe} />}
        </More>
      </Panel>
      {files.length > 0 && (
        <Panel title="Files" note="On the machine that ran it.">
          <Facts facts={files} />
        </Panel>
      )}
    </>
  );
}
