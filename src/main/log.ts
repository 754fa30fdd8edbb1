/** The log: pino, one JSON line an event on standard output. */
import pino from 'pino'
import type { LogLevel } from '../protocol/session-rpc.ts'

export type Log = pino.Logger

/** A log that writes lines of at least `level` to standard output. */
export function createLog(level: LogLevel): Log {
  return pino({ level, base: null }, pino.destination({ fd: 1, sync: false }))
}
