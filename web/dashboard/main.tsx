import "../shared/page.css";
import "./index.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { followAddress } from "./route.ts";
import { begin } from "./session.ts";

void begin();
// A link with a token may also be pasted into a page that is open already.
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) void begin();
});
followAddress();
render(<App />, document.getElementById("app")!);
