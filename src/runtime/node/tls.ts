/** TLS at both ends: the server's certificate from files, and how a client comes to trust one. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { InputError } from "../../errors.ts";
import { type Certificate, certificateFingerprint } from "./certificate.ts";

/**
 * The certificate that an authority has issued, from files in PEM.
 *
 * @param files.cert the server's own certificate first, then those of authorities in between
 * @throws InputError `tls.file` when a file is missing or is not what it should be, `tls.mismatch` when certificate
 *   and key do not belong together
 */
export async function loadCertificate(files: {
  readonly cert: string;
  readonly key: string;
}): Promise<Certificate> {
  const [cert, key] = [await readPem(files.cert), await readPem(files.key)];
  const certificate = parse(files.cert, "certificate in PEM", () => new X509Certificate(cert));
  const privateKey = parse(files.key, "private key in PEM without a passphrase", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new InputError(
      "tls.mismatch",
      `The private key in ${files.key} is not that of the first certificate in ${files.cert}; give the pair that was issued together.`,
      { at: files.key },
    );
  }
  return { cert, key, fingerprint: certificateFingerprint(certificate) };
}

/**
 * Options for `ws` and for `https.request` by which a connection is made to exactly the server whose certificate has
 * this fingerprint, whatever its names and dates. Nothing is sent before that is certain. Without a fingerprint
 * Node's own rules hold: its authorities, `NODE_EXTRA_CA_CERTS`, the host's name.
 *
 * The request fails with InputError `tls.certificate` when it is another certificate.
 *
 * @param fingerprint SHA-256 of the certificate (DER), 64 lower-case hexadecimal digits
 */
export function pinnedConnection(fingerprint: string | undefined): {
  createConnection?: (request: unknown) => TLSSocket;
} {
  if (fingerprint === undefined) return {};
  return {
    createConnection: (request) => {
      // Both declare this argument too narrowly and give the whole request.
      const options = request as ConnectionOptions;
      const { host = "localhost", port } = options;
      const socket = connect({
        ...options,
        // The request's path; in TLS it would be that of a Unix socket.
        path: undefined,
        servername: isIP(host) ? "" : host,
        // In place of the authorities, the check below; it runs before what was queued is sent.
        rejectUnauthorized: false,
      });
      socket.once("secureConnect", () => {
        const certificate = socket.getPeerX509Certificate();
        if (certificate && certificateFingerprint(certificate) === fingerprint) return;
        socket.destroy(
          new InputError(
            "tls.certificate",
            `The server at ${host}:${port} shows another TLS certificate than the join link names; ask its operator for a fresh link, and do not join without one.`,
            { at: `${host}:${port}` },
          ),
        );
      });
      return socket;
    },
  };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new InputError(
      "tls.file",
      `The TLS file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}); give files in PEM.`,
      { at: path, cause },
    );
  }
}

function parse<T>(path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new InputError("tls.file", `The TLS file ${path} holds no ${what}; give another.`, {
      at: path,
      cause,
    });
  }
}
