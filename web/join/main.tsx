import "../shared/page.css";
import "./join.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { resume } from "./participation.ts";

// A link may also be pasted into a page that is open already.
addEventListener("hashchange", () => location.reload());
resume();
render(<App />, document.getElementById("app")!);
