import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const withinMs = 30_000
const lookMs = 5
const established = '01'

/** Resolves when somebody is connected to a port of this machine, with the time (`performance.now()`) (Linux). */
export async function connected(port: number): Promise<number> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const deadline = performance.now() + withinMs; performance.now() < deadline;) {
    if (['/proc/net/tcp', '/proc/net/tcp6'].some((file) => hasConnection(file, local)))
      return performance.now()
    await setTimeout(lookMs)
  }
  throw new Error(`nobody came to port ${port}`)
}

/** Each line: its number, the local address, the other one, the state. */
function hasConnection(file: string, local: string): boolean {
  return readFileSync(file, 'utf8')
    .split('\n')
    .some((line) => {
      const [, address = '', , state] = line.trim().split(/\s+/)
      return state === established && address.endsWith(local)
    })
}
