import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { developmentCertificate } from "./certificate.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-certificate-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DAY = 86_400_000;
const now = new Date("2026-03-04T05:06:07Z");
const later = (days: number) => new Date(now.getTime() + days * DAY);

describe("development certificate", () => {
  it("covers localhost and the given hosts for 30 days, and may sign no other", async () => {
    const hosts = ["example.org", "192.168.1.7", "fe80::1"];
    const { cert, key, fingerprint } = await developmentCertificate(join(root, "new"), hosts, now);
    const x509 = new X509Certificate(cert);
    for (const name of ["localhost", "example.org"]) expect(x509.checkHost(name)).toBe(name);
    for (const ip of ["127.0.0.1", "::1", "192.168.1.7", "fe80::1"]) expect(x509.checkIP(ip)).toBe(ip);
    expect(x509.checkHost("example.com")).toBe(undefined);
    expect(x509.validFromDate.getTime()).toBeLessThan(now.getTime());
    expect(x509.validToDate).toEqual(later(30));
    expect(x509.ca).toBe(false);
    expect(x509.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(x509.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(fingerprint);
  });

  it("stays the same while it covers the hosts and is valid for another week", async () => {
    const folder = join(root, "kept");
    const first = await developmentCertificate(folder, ["example.org"], now);
    expect(await developmentCertificate(folder, ["example.org"], later(22))).toEqual(first);
    expect(await developmentCertificate(folder, [], later(22))).toEqual(first);
    const renewed = await developmentCertificate(folder, ["example.org"], later(24));
    expect(renewed.fingerprint).not.toBe(first.fingerprint);
    const wider = await developmentCertificate(folder, ["example.org", "10.0.0.1"], later(24));
    expect(wider.fingerprint).not.toBe(renewed.fingerprint);
    expect(await developmentCertificate(folder, ["10.0.0.1"], later(24))).toEqual(wider);
  });

  it("is its owner's alone, and says when its file is damaged", async () => {
    const folder = join(root, "private");
    const { key } = await developmentCertificate(folder, [], now);
    const path = join(folder, "keys", "certificate.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "keys")).mode & 0o777).toBe(0o700);
    for (const damage of ["", "{}", readFileSync(path, "utf8").replace("BEGIN CERTIFICATE", "BEGIN")]) {
      writeFileSync(path, damage);
      const refused = developmentCertificate(folder, [], now);
      await expect(refused).rejects.toMatchObject({ name: "InputError", code: "session.file", at: path });
      await refused.catch((error) => expect(JSON.stringify(error)).not.toContain(key.slice(40, 60)));
    }
  });
});
