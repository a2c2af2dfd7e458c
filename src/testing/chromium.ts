import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import packedChromium from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/**
 * A real headless Chromium from npm alone, for tests. It lives in one process, and closing a browser context
 * may end it: open one page per browser and close the browser.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await unpackedChromium();
  return chromium.launch({
    executablePath,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--single-process", "--no-zygote", "--font-render-hinting=none"],
  });
}

/**
 * Unpacks the browser once per version. The package itself unpacks into the temporary folder and takes a file
 * that is there for a whole one; test processes run side by side, so here it unpacks into a folder of its own,
 * which is then renamed into place.
 */
async function unpackedChromium(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const manifest = await readFile(join(dirname(entry), "../../package.json"), "utf8");
  const home = join(tmpdir(), `coterie-chromium-${JSON.parse(manifest).version}`);
  const executable = join(home, "chromium");
  if (existsSync(executable)) return executable;
  const own = await mkdtemp(join(tmpdir(), "coterie-chromium-"));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = own;
  try {
    await packedChromium.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  try {
    await rename(own, home);
  } catch {
    await rm(own, { recursive: true }); // Another process was first.
  }
  return executable;
}
