/**
 * Bounds what one connection brings in and leaves unread, before a packet is decoded: decoding is the
 * expensive part, and every answer is kept until the caller reads it.
 */
import type { Socket } from 'socket.io'

export type Connection = Socket['conn']

export interface ConnectionLimits {
  /** Characters of one text packet. */
  readonly maxText: number
  /** Bytes of all binary parts of one packet. */
  readonly maxBinary: number
  /** Bytes of answers that wait for the caller to read. */
  readonly maxUnsent: number
}

/** Closes the connection when it passes a limit. */
export function boundConnection(connection: Connection, limits: ConnectionLimits): void {
  boundIncoming(connection, limits)
  boundOutgoing(connection, limits.maxUnsent)
}

function boundIncoming(connection: Connection, { maxText, maxBinary }: ConnectionLimits): void {
  let binary = 0
  connection.on('packet', (packet: { type: string; data?: unknown }) => {
    if (packet.type !== 'message') return
    const size = sizeOf(packet.data)
    binary = typeof packet.data === 'string' ? 0 : binary + size
    if (size <= (typeof packet.data === 'string' ? maxText : maxBinary) && binary <= maxBinary) return
    // the packet is handed on after this listener, and a noop is handed to nobody
    packet.type = 'noop'
    connection.close(true)
  })
}

function boundOutgoing(connection: Connection, maxUnsent: number): void {
  let unsent = 0
  connection.on('flush', () => (unsent = 0))
  connection.on('packetCreate', (packet: { data?: unknown }) => {
    if (unsent > maxUnsent) connection.close(true)
    unsent += sizeOf(packet.data)
  })
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  return ArrayBuffer.isView(data) ? data.byteLength : 0
}
