/** Runs commands on many torrents: each by the handler for one, many at a time, so that they share commits. */
import { setImmediate } from 'node:timers/promises'
import type { CommandEntry } from '../../protocol/command-entry.ts'
import {
  commandNames,
  commands,
  type BulkName,
  type CommandName,
  type CommandOutput,
} from '../../protocol/commands.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { infoHash } from '../../protocol/ids.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { failureBody, type Log } from './answer.ts'
import type { Caller, Handlers, Reply } from './reply.ts'

/** The handlers of commands that are about one thing. */
export type SingleHandlers = Omit<Handlers, BulkName>

interface BulkInput {
  readonly session_id: string
  readonly info_hashes: 'all' | string[]
}
type Result = CommandOutput<BulkName>['results'][number]
type Handler = (input: object, caller: Caller) => Reply<object> | Promise<Reply<object>>

/** Torrents that are under way at the same time. */
const atOnce = 100

/** All handlers: those given, and those on many torrents that they lead to and that are not given. */
export function withBulkHandlers(
  handlers: SingleHandlers & Partial<Handlers>,
  supervisor: Supervisor,
  log: Log,
): Handlers {
  const bulk = commandNames.filter(isBulk).map((name) => {
    const handler = handlers[singleOf(name)] as Handler
    return [
      name,
      async ({ session_id, info_hashes, ...rest }: BulkInput, caller: Caller) => {
        const { torrents } = supervisor.session(session_id).records
        const names = info_hashes === 'all' ? [...torrents.keys()] : info_hashes
        const run: Run = (info_hash) => handler({ session_id, info_hash, ...rest }, caller)
        return { value: { results: await resultsOf(names, run, log) } }
      },
    ]
  })
  return { ...Object.fromEntries(bulk), ...handlers } as Handlers
}

function isBulk(name: CommandName): name is BulkName {
  const entries: Readonly<Record<string, CommandEntry>> = commands
  return name.endsWith('s') && entries[name.slice(0, -1)]?.bulk === true
}

function singleOf(name: BulkName): keyof SingleHandlers {
  return name.slice(0, -1) as keyof SingleHandlers
}

type Run = (infoHash: string) => Reply<object> | Promise<Reply<object>>

async function resultsOf(names: readonly string[], run: Run, log: Log): Promise<Result[]> {
  const results: Result[] = []
  const waiting = names.entries()
  const lane = async (): Promise<void> => {
    for (const [place, name] of waiting) {
      results[place] = await resultOf(name, run, log)
      await setImmediate() // what does not wait for the store must not keep others waiting
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}

async function resultOf(name: string, run: Run, log: Log): Promise<Result> {
  try {
    const { data } = infoHash.safeParse(name)
    if (data === undefined) throw new RestTorrentError('torrent_not_found', 'torrent not found')
    const reply = await run(data)
    const job = 'value' in reply ? (reply.value as Partial<Result>).job : undefined
    return { info_hash: data, status: 'success', ...(job && { job }) }
  } catch (error) {
    return { info_hash: name, status: 'fail', error: failureBody(error, log).error }
  }
}
