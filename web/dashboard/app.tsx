import { useEffect, useRef } from "preact/hooks";
import { Pill } from "../shared/notice.tsx";
import { ComparePage } from "./compare/compare-page.tsx";
import { addressOf, type Route, route } from "./route.ts";
import { RunPage } from "./run/run-page.tsx";
import { RunsPage } from "./runs/runs-page.tsx";
import { session } from "./session.ts";
import { SignIn } from "./sign-in.tsx";

/** The whole dashboard: head, the page that the address names, foot. */
export function App() {
  const main = useRef<HTMLElement>(null);
  const to = route.value;
  const who = session.value;
  const address = addressOf(to);
  const isFirst = useRef(true);
  // A new address is a new page, read from its top.
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    scrollTo(0, 0);
    main.current?.focus();
  }, [address]);

  const skip = (event: Event) => {
    event.preventDefault();
    main.current?.focus();
  };
  return (
    <>
      <a class="skip" href={address} onClick={skip}>
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href={addressOf({ page: "runs" })}>
          <img src={favicon} width="24" height="24" alt="" />
          Coterie
        </a>
        {(who === "observer" || who === "operator") && <Pill>{who}</Pill>}
      </header>
      <main ref={main} tabIndex={-1}>
        {who === "nobody" ? <SignIn /> : who === "unknown" ? <p class="note">…</p> : pageOf(to)}
      </main>
      <footer>Charts by Apache ECharts (Apache License 2.0).</footer>
    </>
  );
}

const favicon = new URL("./favicon.svg", import.meta.url).href;

function pageOf(to: Route) {
  switch (to.page) {
    case "run":
      return <RunPage key={to.run} run={to.run} />;
    case "compare":
      return <ComparePage key={to.runs.join(",")} runs={to.runs} />;
    case "runs":
      return <RunsPage />;
  }
}
