/** The commands on many torrents in one call: each is made of the command on one whose entry says `bulk`. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { job } from './job.ts'
import { wireError } from './torrent.ts'

const mostTorrents = 10_000

/** All torrents of the session, or a list of info hashes: as JSON, repeated, or separated by commas. */
const infoHashes = z
  .union(
    [
      z.string().transform((text) => (text === 'all' ? ('all' as const) : text.split(','))),
      z.array(z.string()),
    ],
    { error: 'must be all, or a list of info hashes' },
  )
  .refine((list) => list.length <= mostTorrents, { error: `must not be more than ${mostTorrents}` })
  .describe('all, or up to 10,000 info hashes separated by commas; each is judged by itself')

const output = z.object({
  results: z.array(
    z.object({
      info_hash: z.string(),
      status: z.enum(['success', 'fail']),
      error: wireError.optional().describe('why, where it failed'),
      job: job.optional().describe('where the command begins one'),
    }),
  ),
})

type BulkEntry<Name extends string, Entry extends CommandEntry> = Pick<Entry, 'scope'> & {
  readonly method: 'POST'
  readonly path: `/v1/sessions/{session_id}/torrents/${Name}`
  readonly description: string
  readonly input: z.ZodObject<
    Omit<Entry['input']['shape'], 'info_hash'> & { info_hashes: typeof infoHashes },
    z.core.$strict
  >
  readonly output: typeof output
  readonly jsonp: false
}

/** The commands on many torrents that a table leads to, such as `start_torrents` of `start_torrent`. */
export type BulkCommands<Table extends Readonly<Record<string, CommandEntry>>> = {
  readonly [
    Name in keyof Table & string as Table[Name] extends { readonly bulk: true } ? `${Name}s` : never
  ]: BulkEntry<Name, Table[Name]>
}

/** Makes the entries. */
export function bulkCommands<Table extends Readonly<Record<string, CommandEntry>>>(
  table: Table,
): BulkCommands<Table> {
  const entries = Object.entries(table).filter(([, { bulk }]) => bulk === true)
  return Object.fromEntries(
    entries.map(([name, entry]) => [`${name}s`, bulkEntry(name, entry)]),
  ) as BulkCommands<Table>
}

function bulkEntry(name: string, { scope, input }: CommandEntry): CommandEntry {
  const { info_hash: _, ...shape } = input.shape
  return {
    method: 'POST',
    path: `/v1/sessions/{session_id}/torrents/${name}`,
    scope,
    description: `Runs ${name} on many torrents.`,
    input: z.strictObject({ ...shape, info_hashes: infoHashes }),
    output,
    jsonp: false,
  }
}
