/**
 * The server's TLS certificate for use without an authority: self-signed, and trusted because the join link names
 * its fingerprint (programs check that, see `tls.ts`; browsers ask their user once).
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";

export interface Certificate {
  /** PEM; the server's own comes first, those of authorities may follow. */
  readonly cert: string;
  /** PEM; a secret. */
  readonly key: string;
  /** SHA-256 of the server's own certificate (DER), in hexadecimal. */
  readonly fingerprint: string;
}

const DAY = 86_400_000;
const VALID_DAYS = 30;
/** One with less than this before it is replaced at the next start. */
const SPARE_DAYS = 7;

const certificateFile = z.strictObject({ version: z.literal(1), cert: z.string(), key: z.string() });

/**
 * A self-signed certificate for `localhost` and the given hosts, valid for 30 days. It is kept, so that a restarted
 * server shows the same one, as long as it covers the hosts and is valid for another week.
 *
 * @param folder of the run; the certificate lies in its `keys` folder
 * @param hosts names and IP addresses under which clients reach the server
 * @throws InputError `session.file`, `session.folder`
 */
export async function developmentCertificate(
  folder: string,
  hosts: readonly string[],
  now: Date,
): Promise<Certificate> {
  const path = join(folder, "keys", "certificate.json");
  const names = [...new Set(["localhost", "127.0.0.1", "::1", ...hosts])];
  const kept = await readPrivateFile(path, (json) => {
    const { cert, key } = certificateFile.parse(json);
    return { cert, key, x509: new X509Certificate(cert) };
  });
  if (kept !== undefined && isUsable(kept.x509, names, now)) {
    return { cert: kept.cert, key: kept.key, fingerprint: certificateFingerprint(kept.x509) };
  }
  const { cert, key } = await generate(names, now);
  await writePrivateFile(path, { version: 1, cert, key });
  return { cert, key, fingerprint: certificateFingerprint(new X509Certificate(cert)) };
}

/** SHA-256 of the certificate (DER): 64 lower-case hexadecimal digits. */
export function certificateFingerprint(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

function isUsable(certificate: X509Certificate, names: readonly string[], now: Date): boolean {
  const covers = (name: string) =>
    (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
  return certificate.validToDate.getTime() - now.getTime() > SPARE_DAYS * DAY && names.every(covers);
}

async function generate(names: readonly string[], now: Date): Promise<{ cert: string; key: string }> {
  const selfsigned = await import("selfsigned"); // Takes a while to load, and is rarely needed.
  const { cert, private: key } = await selfsigned.generate([{ name: "commonName", value: "Coterie" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    // An hour back, for clients whose clocks are behind.
    notBeforeDate: new Date(now.getTime() - DAY / 24),
    notAfterDate: new Date(now.getTime() + VALID_DAYS * DAY),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { cert, key };
}
