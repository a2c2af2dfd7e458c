import { useState } from "preact/hooks";
import type { Fact } from "../../src/records/report/facts.ts";
import { shortFingerprint } from "../../src/runtime/session/identity.ts";
import { Button } from "../shared/button.tsx";
import { Facts } from "../shared/facts.tsx";
import { Notice } from "../shared/notice.tsx";
import { Panel } from "../shared/panel.tsx";
import {
  connect,
  connection,
  invitation,
  invitationProblem,
  isLeaving,
  isReloaded,
  leave,
  phase,
} from "./participation.ts";
import { pinnedKey } from "./pinned-keys.ts";

/** Who invites, to what, and the button that connects; nothing leaves the device before it is pressed. */
export function InvitationPanel() {
  const link = invitation.value;
  const [name, setName] = useState("");
  if (link === null) {
    return (
      <>
        <h1>This invitation cannot be used</h1>
        <Notice tone="bad">{invitationProblem.value}</Notice>
      </>
    );
  }
  const isConnecting = phase.value === "connecting";
  const submit = (event: Event) => {
    event.preventDefault();
    connect(name.trim() || undefined);
  };
  return (
    <>
      <h1>You are invited to train a model together</h1>
      <Panel title="What this is">
        <p>
          With Coterie many devices learn together. Each trains a model on its own data and sends only what
          the model has learnt.
        </p>
        <p>
          <strong>Your data stay on this device.</strong> Whatever leaves it is listed below, message by
          message.
        </p>
        <Facts facts={factsOf(link)} />
        {!isSecureContext && (
          <Notice tone="bad">
            Browsers let a page do this only by https, or on the machine that serves it: ask for a link that
            begins with https.
          </Notice>
        )}
        {isConnecting ? (
          <Connecting />
        ) : (
          <form class="connect" onSubmit={submit}>
            <label>
              Your name in the run, if you like
              <input
                type="text"
                autocomplete="off"
                spellcheck={false}
                maxLength={64}
                pattern="[A-Za-z0-9._\-]*"
                title="Letters, digits, dot, hyphen and underscore"
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            </label>
            <p class="note">
              Connecting sends a public key that this browser makes for the purpose
              {link.token === undefined ? "" : ", a proof that you hold the invitation"}, and the name. You
              decide afterwards whether to take part.
            </p>
            <button type="submit" class="primary" disabled={!isSecureContext}>
              Connect and see what will happen
            </button>
          </form>
        )}
      </Panel>
    </>
  );
}

function Connecting() {
  const state = connection.value;
  return (
    <>
      {isReloaded.value && (
        <p class="note">The page was reloaded. A page cannot keep your files: you will choose them again.</p>
      )}
      {state.kind === "waiting" ? (
        <Notice tone="warn">{state.reason} It is tried again and again; you need do nothing.</Notice>
      ) : (
        <p>Connecting …</p>
      )}
      <p class="actions">
        <Button onClick={leave} disabled={isLeaving.value}>
          Cancel
        </Button>
      </p>
    </>
  );
}

function factsOf({ url, serverKey, token }: NonNullable<typeof invitation.value>): Fact[] {
  const pinned = pinnedKey(url);
  const key =
    serverKey !== undefined
      ? `${shortFingerprint(serverKey)}, named by the invitation and checked`
      : pinned !== undefined
        ? `${shortFingerprint(pinned)}, as the last time; checked`
        : "not named by the link; the one that answers now is remembered";
  return [
    ["Server", url.replace(/^https?:\/\//, "")],
    ["Its key", key],
    [
      "The way there",
      url.startsWith("https:")
        ? "encrypted (TLS)"
        : "not encrypted: use it on your own machine or network only",
    ],
    ...(token === undefined
      ? [["Invitation", "none in this link: the server lets in only whom it knows"] satisfies Fact]
      : []),
  ];
}
