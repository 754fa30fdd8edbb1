/** The files of the server's certificate. */
import { readFile } from 'node:fs/promises'

export interface TlsFiles {
  /** PEM: the certificate with those that lead to its issuer. */
  readonly cert: string
  /** PEM: its private key. */
  readonly key: string
}

export interface TlsPair {
  readonly cert: Buffer
  readonly key: Buffer
}

/** What the files hold. Rejects with Node's own error. */
export async function readTls({ cert, key }: TlsFiles): Promise<TlsPair> {
  const [certBytes, keyBytes] = await Promise.all([readFile(cert), readFile(key)])
  return { cert: certBytes, key: keyBytes }
}

/** The files of a certificate and its key; undefined where none is named. */
export function tlsFilesOf(cert: string, key: string): TlsFiles | undefined {
  return cert === '' ? undefined : { cert, key }
}
