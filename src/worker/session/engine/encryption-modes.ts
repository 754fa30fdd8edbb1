import type { Wire } from 'webtorrent'

/** What the engine calls the modes of encryption. */
export const secureOf = { off: 0, preferred: 1, required: 2 } as const

/** Whether a connection that has shaken hands is one that the mode allows, however it came about. */
export function fitsMode({ _encryptionMethod }: Wire, secure: number): boolean {
  const method = _encryptionMethod ?? 0 // 0: plain; 1: only the handshake is encrypted; 2: all of it
  if (secure === secureOf.required) return method === 2
  return secure === secureOf.preferred || method === 0
}
