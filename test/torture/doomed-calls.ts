/**
 * Ends the process around system calls of the thread that loads it. A built worker has its own copy of every
 * module of ours, but not of Node's: there it is observed.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { reach } from './fail-points.ts'

type Call = (...parameters: unknown[]) => void

/** Has each of these calls with a callback be a point before it and one after it, of this kind of thread. */
export function doomCalls(thread: string, names: readonly string[]): void {
  const calls = fs as unknown as Record<string, Call>
  for (const name of names) {
    const original = calls[name]
    calls[name] = (...parameters) => {
      reach(`${thread} before_${name}`)
      const done = parameters.pop() as Call
      original?.(...parameters, (...answer: unknown[]) => {
        reach(`${thread} after_${name}`)
        done(...answer)
      })
    }
  }
  syncBuiltinESMExports()
}
