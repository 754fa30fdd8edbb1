import type { Wire } from 'webtorrent'

/** Sends all messages that `write` makes as one, so that a hundred requests are not a hundred packets. */
export function sendTogether(wire: Wire, write: () => void): void {
  const messages: Uint8Array[] = []
  const { _push } = wire
  wire._push = (bytes) => messages.push(bytes)
  try {
    write()
  } finally {
    wire._push = _push // not deleted, though it is the prototype's: an object that loses a member gets slow
  }
  if (messages.length > 0)
    wire._push(messages.length === 1 ? (messages[0] ?? new Uint8Array()) : Buffer.concat(messages))
}
