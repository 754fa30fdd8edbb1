/** Commands over REST, typed by the command table. For Node and browsers alike. */
import type * as z from 'zod'
import type { CommandEntry } from '../protocol/command-entry.ts'
import { commands, type CommandName, type CommandOutput } from '../protocol/commands.ts'
import { fromWireError, RestTorrentError, type WireError } from '../protocol/errors.ts'
import { idempotencyHeader } from '../protocol/idempotency.ts'

/** What a caller gives with a command, as it may be written. */
export type CommandParameters<N extends CommandName> = z.input<(typeof commands)[N]['input']>

/** Anything that runs commands, over whatever transport. */
export interface Client {
  /**
   * The fields of a success; rejects with a RestTorrentError of the failure's code. A command that makes
   * something is run once however often it is called with one `idempotencyKey`.
   */
  call<N extends CommandName>(
    command: N,
    parameters: CommandParameters<N>,
    idempotencyKey?: string,
  ): Promise<CommandOutput<N>>
}

export interface ClientOptions {
  /** An API key. */
  readonly key?: string
  /** After which a call is given up and rejects with the error of `AbortSignal.timeout`; default 60 s. */
  readonly timeoutMs?: number
}

/** The body of an answer over any transport. */
export interface AnswerBody {
  readonly status: 'success' | 'fail'
  readonly error?: WireError
}

const defaultTimeoutMs = 60_000

/** A client of the server at `address`, such as `http://127.0.0.1:3000`. */
export function createClient(
  address: string,
  { key, timeoutMs = defaultTimeoutMs }: ClientOptions = {},
): Client {
  return {
    call: async (command, parameters, idempotencyKey) => {
      const { method, path, media } = entryOf(command)
      const rest = new Map<string, unknown>(Object.entries(parameters))
      if (media !== undefined) rest.set('download', 0) // what is typed are the fields
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const value = String(rest.get(name))
        rest.delete(name)
        return encodeURIComponent(value)
      })
      const url = new URL(filled, address)
      const headers = new Headers(key === undefined ? {} : { authorization: `Bearer ${key}` })
      if (idempotencyKey !== undefined) headers.set(idempotencyHeader, idempotencyKey)
      const body = method === 'GET' || method === 'DELETE' ? undefined : bodyOf(rest, headers)
      if (body === undefined) for (const [name, text] of textsOf(rest)) url.searchParams.set(name, text)
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await fetch(url, { method, headers, signal, ...(body === undefined ? {} : { body }) })
      return fieldsOf(await response.json(), response.status) as never
    },
  }
}

/** Callers without types may name what is no command. */
function entryOf(command: string): CommandEntry {
  const entries: Readonly<Record<string, CommandEntry>> = commands
  const entry = Object.hasOwn(entries, command) ? entries[command] : undefined
  if (entry === undefined) throw new RestTorrentError('not_found', 'no such command')
  return entry
}

/** The fields of a success; throws the RestTorrentError of a failure. */
export function fieldsOf(answer: unknown, status?: number): object {
  const { status: outcome, error, ...fields } = answer as AnswerBody
  if (outcome === 'success') return fields
  throw error
    ? fromWireError(error)
    : new RestTorrentError('internal', `no answer of RestTorrent: ${status ?? ''}`)
}

function bodyOf(parameters: ReadonlyMap<string, unknown>, headers: Headers): string | FormData {
  const file = parameters.get('file')
  if (!(file instanceof Uint8Array)) {
    headers.set('content-type', 'application/json')
    return JSON.stringify(Object.fromEntries(parameters))
  }
  const form = new FormData()
  for (const [name, text] of textsOf(parameters)) if (name !== 'file') form.set(name, text)
  form.set('file', new Blob([new Uint8Array(file)]), 'file.torrent')
  return form
}

function textsOf(parameters: ReadonlyMap<string, unknown>): [string, string][] {
  return [...parameters]
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)])
}
