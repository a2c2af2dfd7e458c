import { InputError } from "../errors.ts";
import { createDashboard, type DashboardOptions } from "./dashboard.ts";
import { type ListeningDashboard, listenDashboard } from "./listen.ts";
import { newToken } from "./tokens.ts";

const HOST = "127.0.0.1";
const USUAL_PORT = 7777;

export interface OpenDashboard extends AsyncDisposable {
  /** What to open in a browser. The token stands behind the `#`, which browsers do not send. */
  readonly link: string;
}

/**
 * Opens a dashboard for the user of this machine. Whoever has the link may stop runs when there is a `stop`, and only
 * look otherwise.
 *
 * @param options.port 0 for any that is free. Default: 7777 when it is free
 * @throws RunError `dashboard.pages`, InputError `ui.port`
 */
export async function openDashboard(
  options: Pick<DashboardOptions, "folder" | "stop" | "onError"> & { readonly port?: number | undefined },
): Promise<OpenDashboard> {
  const { port, ...rest } = options;
  const observer = newToken();
  const tokens = options.stop ? { observer, operator: newToken() } : { observer };
  const dashboard = createDashboard({ ...rest, tokens, hosts: [HOST, "localhost"] });
  const listen = (port: number) => listenDashboard(dashboard, { host: HOST, port });
  const listening = await (port === undefined ? listen(USUAL_PORT).catch(orAnyPort(listen)) : listen(port));
  return {
    link: `${listening.url}/dashboard/#token=${tokens.operator ?? observer}`,
    [Symbol.asyncDispose]: () => listening.close(),
  };
}

function orAnyPort(listen: (port: number) => Promise<ListeningDashboard>) {
  return (error: unknown): Promise<ListeningDashboard> => {
    if (error instanceof InputError && error.code === "ui.port") return listen(0);
    throw error;
  };
}
