import type { Wire } from 'webtorrent'
import type { Choker } from './choker.ts'

/** What tells that a peer wants something, or nothing any more. */
const changes = ['interested', 'uninterested', 'bitfield', 'have-all', 'have', 'extended'] as const

/** Has the choker decide about a wire, from now to its end. */
export function serveInTurn(wire: Wire, choker: Choker<Wire>): void {
  choker.join(wire)
  for (const change of changes) wire.on(change, () => choker.changed(wire))
  wire.on('download', (bytes: number) => choker.count(wire, bytes, 0))
  wire.on('upload', (bytes: number) => choker.count(wire, 0, bytes))
  wire.once('close', () => choker.leave(wire))
}
