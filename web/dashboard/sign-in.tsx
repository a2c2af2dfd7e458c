import { useEffect, useState } from "preact/hooks";
import { Notice } from "../shared/notice.tsx";
import { session, signIn, signInProblem } from "./session.ts";

/** Asks for the token of those who came without one, or whose cookie has expired. */
export function SignIn() {
  const [token, setToken] = useState("");
  useEffect(() => {
    document.title = "Sign in – Coterie";
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    void signIn(token.trim());
  };
  return (
    <form class="panel sign-in" onSubmit={submit}>
      <h1>Sign in</h1>
      <p class="note">Open the link that the command printed, or paste its token.</p>
      {signInProblem.value && <Notice tone="bad">{signInProblem.value}</Notice>}
      <label>
        Token
        <input
          type="password"
          autocomplete="off"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={session.value === "unknown"}>
        Sign in
      </button>
    </form>
  );
}
