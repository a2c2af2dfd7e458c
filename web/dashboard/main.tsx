import { render } from "preact";

render(<main>Coterie</main>, document.getElementById("app")!);
