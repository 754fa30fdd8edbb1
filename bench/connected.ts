import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const withinMs = 30_000
const lookMs = 5
const established = '01'

/** Resolves when so many are connected to a port of this machine, accepted or not (Linux). */
export async function connected(port: number, count: number): Promise<void> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const deadline = performance.now() + withinMs; performance.now() < deadline;) {
    const counts = ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => connections(file, local))
    if (counts.reduce((sum, each) => sum + each) >= count) return
    await setTimeout(lookMs)
  }
  throw new Error(`fewer than ${count} came to port ${port}`)
}

/** Each line: its number, the local address, the other one, the state. */
function connections(file: string, local: string): number {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => {
      const [, address = '', , state] = line.trim().split(/\s+/)
      return state === established && address.endsWith(local)
    }).length
}
