import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchChromium } from "../../src/testing/chromium.ts";
import { serveModule } from "./testing/serve-module.ts";

/** What the page below makes of a claim. */
interface Claimed {
  readonly slot: number | undefined;
  readonly publicKey: string;
  readonly release: () => void;
}
declare global {
  var claim: (previous?: number) => Promise<Claimed>;
  var claimInWorker: () => Promise<Pick<Claimed, "slot" | "publicKey">>;
}

const page = `<!doctype html><script type="module">
  import { claimIdentity } from "./module.js";
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  globalThis.claim = async (previous) => {
    const { identity, slot, release } = await claimIdentity(previous);
    const signature = await identity.sign(new Uint8Array(3));
    const key = await crypto.subtle.importKey("raw", identity.publicKey, "Ed25519", true, ["verify"]);
    if (!(await crypto.subtle.verify("Ed25519", key, signature, new Uint8Array(3)))) throw new Error("signature");
    return { slot, publicKey: hex(identity.publicKey), release };
  };
  globalThis.claimInWorker = () => new Promise((resolve, reject) => {
    const worker = new Worker("./worker.js", { type: "module" });
    worker.onmessage = ({ data }) => resolve({ slot: data.slot, publicKey: hex(data.publicKey) });
    worker.onerror = reject;
  });
</script>`;
const worker = `
  import { claimIdentity } from "./module.js";
  const { identity, slot } = await claimIdentity();
  postMessage({ slot, publicKey: identity.publicKey });
  setInterval(() => {}, 1000);`;

let server: Awaited<ReturnType<typeof serveModule>>;
beforeAll(async () => {
  server = await serveModule("identity.ts", {
    "/": ["text/html", page],
    "/worker.js": ["text/javascript", worker],
  });
});
afterAll(() => server.close());

let browser: Browser;
let context: BrowserContext;
beforeEach(async () => {
  browser = await launchChromium();
  context = await browser.newContext();
});
afterEach(() => browser.close());

async function tab(before?: () => void): Promise<Page> {
  const opened = await context.newPage();
  if (before) await opened.addInitScript(before);
  await opened.goto(server.url);
  await opened.waitForFunction(() => "claim" in globalThis);
  return opened;
}

const claimIn = (tab: Page, previous?: number) =>
  tab.evaluate(async (previous) => {
    const { slot, publicKey } = await globalThis.claim(previous);
    return { slot, publicKey };
  }, previous);

describe("identity of a tab", () => {
  it("is its own, and comes back with the tab", async () => {
    const [one, two] = [await tab(), await tab()];
    const [first, second] = [await claimIn(one), await claimIn(two)];
    expect([first.slot, second.slot]).toEqual([1, 2]);
    expect(second.publicKey).not.toBe(first.publicKey);
    await two.reload();
    await two.waitForFunction(() => "claim" in globalThis);
    expect(await claimIn(two, second.slot)).toEqual(second);
    await one.close();
    expect(await claimIn(await tab(), first.slot)).toEqual(first);
  });

  it("is the same for a worker, and no two claims at once share it", async () => {
    const opened = await tab();
    const claims = await opened.evaluate(() =>
      Promise.all([globalThis.claimInWorker(), globalThis.claimInWorker(), globalThis.claim()]),
    );
    expect(claims.map(({ slot }) => slot).sort()).toEqual([1, 2, 3]);
    expect(new Set(claims.map(({ publicKey }) => publicKey)).size).toBe(3);
    await opened.reload();
    await opened.waitForFunction(() => "claim" in globalThis);
    const kept = claims.find(({ slot }) => slot === 2)!;
    expect(await claimIn(opened, 2)).toEqual({ slot: 2, publicKey: kept.publicKey });
  });

  it("waits for the slot that the tab had, but not for ever", async () => {
    const opened = await tab();
    const result = await opened.evaluate(async () => {
      const held = await globalThis.claim();
      const impatient = await globalThis.claim(1);
      const waiting = globalThis.claim(1);
      held.release();
      const { slot, publicKey } = await waiting;
      return { impatient: impatient.slot, slot, isSame: publicKey === held.publicKey };
    });
    expect(result).toEqual({ impatient: 2, slot: 1, isSame: true });
  });

  it("keeps its private key from every script", async () => {
    const opened = await tab();
    await claimIn(opened);
    const stored = await opened.evaluate(async () => {
      const request = indexedDB.open("coterie");
      await new Promise((resolve) => {
        request.onsuccess = resolve;
      });
      const get = request.result.transaction("identities").objectStore("identities").get(1);
      await new Promise((resolve) => {
        get.onsuccess = resolve;
      });
      const { privateKey } = get.result as CryptoKeyPair;
      const exported = await crypto.subtle.exportKey("pkcs8", privateKey).catch((error) => error.name);
      return { type: privateKey.type, extractable: privateKey.extractable, exported };
    });
    expect(stored).toEqual({ type: "private", extractable: false, exported: "InvalidAccessError" });
  });

  it.each<[string, () => void]>([
    ["IndexedDB", () => Object.defineProperty(globalThis, "indexedDB", { value: undefined })],
    ["Web Locks", () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined })],
    [
      "allowed storage",
      () => {
        IDBFactory.prototype.open = () => {
          throw new DOMException("denied", "SecurityError");
        };
      },
    ],
  ])("is for once where there is no %s", async (_, before) => {
    const opened = await tab(before);
    const [first, second] = [await claimIn(opened), await claimIn(opened)];
    expect([first.slot, second.slot]).toEqual([undefined, undefined]);
    expect(first.publicKey).toMatch(/^[0-9a-f]{64}$/);
    expect(second.publicKey).not.toBe(first.publicKey);
    // Nothing was left locked.
    expect(await claimIn(await tab())).toMatchObject({ slot: 1 });
  });
});
