/** Processes of clients that follow everything, see `clients.ts`. */
import { join } from 'node:path'
import { Program } from '../../test/peers/program.ts'
import type { ClientsReport } from './clients.ts'

export interface FollowingClients extends AsyncDisposable {
  /** What all of them heard so far, one report for each process. */
  reports(): Promise<ClientsReport[]>
}

const withinMs = 60_000
const program = join(import.meta.dirname, 'clients.ts')

/** Starts so many clients over so many processes; resolves when each has what is there. */
export async function startFollowing(
  address: string,
  { clients, processes, intervalMs }: Readonly<Record<'clients' | 'processes' | 'intervalMs', number>>,
): Promise<FollowingClients> {
  await using started = new AsyncDisposableStack()
  const all: { readonly one: Program; last: string }[] = []
  for (let process = 0; process < processes; process += 1) {
    const share = Math.floor((clients + process) / processes)
    const onLine = (line: string): void => void (each.last = line)
    const args = [program, address, String(share), String(intervalMs)]
    const each = { one: new Program(globalThis.process.execPath, args, { onLine }), last: '' }
    started.defer(() => each.one.stop())
    all.push(each)
  }
  for (const each of all) await each.one.until(withinMs, 'clients follow', () => each.last === 'ready')
  const things = started.move()
  return {
    reports: async () =>
      await Promise.all(
        all.map(async (each) => {
          each.last = ''
          each.one.tell('report')
          const line = await each.one.until(withinMs, 'reports', () => each.last || undefined)
          return JSON.parse(line) as ClientsReport
        }),
      ),
    [Symbol.asyncDispose]: () => things.disposeAsync(),
  }
}
