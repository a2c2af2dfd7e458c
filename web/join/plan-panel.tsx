import { shortFingerprint } from "../../src/runtime/session/identity.ts";
import { Facts } from "../shared/facts.tsx";
import { Notice } from "../shared/notice.tsx";
import { Panel } from "../shared/panel.tsx";
import { invitation, offer, ownKey, ownName, server } from "./participation.ts";
import { factsOf, protectionOf, thingOf } from "./what-happens.ts";

/** What will happen when the owner agrees, and who sees what. */
export function PlanPanel() {
  const what = offer.value!;
  const isEncrypted = invitation.value!.url.startsWith("https:");
  return (
    <Panel title="What will happen">
      <Facts facts={factsOf(what)} />
      <div class="promises">
        <Notice tone="good">
          Your {thingOf(what.plan.data)}s never leave this device. The server can see none of them, and this
          page sends none.
        </Notice>
        <Notice tone="warn">{protectionOf(what.plan)}</Notice>
        {!isEncrypted && (
          <Notice tone="warn">
            The connection is not encrypted: whoever listens on the network sees what the server sees.
          </Notice>
        )}
        {server.value?.trust === "new" && (
          <Notice tone="info">
            You meet this server for the first time. Compare its key,{" "}
            {shortFingerprint(server.value.fingerprint)}, with what whoever invited you sees.
          </Notice>
        )}
      </div>
      <p class="note">
        You are {ownName.value} there, with the key {shortFingerprint(ownKey.value!)}.
      </p>
    </Panel>
  );
}
