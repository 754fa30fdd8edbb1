import type { Wire } from 'webtorrent'

/** Sends all messages that `write` makes as one, so that a hundred requests are not a hundred packets. */
export function sendTogether(wire: Wire, write: () => void): void {
  const messages: Uint8Array[] = []
  wire._push = (bytes) => messages.push(bytes)
  try {
    write()
  } finally {
    Reflect.deleteProperty(wire, '_push') // the prototype's own again
  }
  if (messages.length > 0)
    wire._push(messages.length === 1 ? (messages[0] ?? new Uint8Array()) : Buffer.concat(messages))
}
