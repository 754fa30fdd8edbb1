/** Handlers that remember their calls and answer what a test gave them, with an application around them. */
import { commandNames, type CommandName } from '../../../src/protocol/commands.ts'
import type { Caller, Handlers, Reply } from '../../../src/main/handlers/reply.ts'
import type { Authentication } from '../../../src/main/access/authentication.ts'
import { createApp } from '../../../src/main/http/app.ts'
import { authentication } from '../../support/access.ts'

export const sessionId = '2d4c54303130302d655f38397933685052467163'
export const infoHash = '6f8cd699135b491513e65d967a052a7087750d9c'
export const torrentsPath = `/v1/sessions/${sessionId}/torrents`
export const torrentPath = `${torrentsPath}/${infoHash}`

export type Answer = () => Reply<object> | Promise<Reply<object>>

export interface Recorded {
  readonly handlers: Handlers
  readonly calls: { name: CommandName; input: Record<string, unknown>; caller: Caller }[]
  /** What a command answers from now on; `{}` where nothing is set. */
  readonly answers: Partial<Record<CommandName, Answer>>
  /** Errors that were logged. */
  readonly logged: unknown[]
  readonly log: { error(fields: object, message: string): void }
}

export function recorded(): Recorded {
  const calls: Recorded['calls'] = []
  const answers: Recorded['answers'] = {}
  const logged: unknown[] = []
  const handlerOf = (name: CommandName) => (input: Record<string, unknown>, caller: Caller) => {
    calls.push({ name, input, caller })
    return answers[name]?.() ?? { value: {} }
  }
  const handlers = Object.fromEntries(
    commandNames.map((name) => [name, handlerOf(name)]),
  ) as unknown as Handlers
  return { handlers, calls, answers, logged, log: { error: (fields) => logged.push(fields) } }
}

/** An application of recorded handlers; `request` names localhost as its host. */
export function recordedApp(
  options: { allowedHosts?: string[]; ready?: () => boolean; authentication?: Authentication } = {},
) {
  const record = recorded()
  const app = createApp({
    handlers: record.handlers,
    log: record.log,
    authentication: authentication(),
    allowedHosts: [],
    ready: () => true,
    ...options,
  })
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (!headers.has('host')) headers.set('host', 'localhost:8080')
    return await app.request(path, { ...init, headers })
  }
  const post = (path: string, contentType: string, body: string | Uint8Array<ArrayBuffer>) =>
    request(path, { method: 'POST', headers: { 'content-type': contentType }, body })
  return { ...record, app, request, post }
}

export interface Body {
  status: string
  message?: string
  error?: { code: string; message: string }
  [field: string]: unknown
}

export async function bodyOf(response: Response): Promise<Body> {
  return (await response.json()) as Body
}

/** The status and code of a failure, after a look at its shape. */
export async function failureOf(response: Response): Promise<string> {
  const { status, message, error } = await bodyOf(response)
  const shaped = status === 'fail' && error !== undefined && message === error.message
  return shaped ? `${response.status} ${error.code}` : `${response.status} without the failure shape`
}

/** A body that is ready, as the board has it. */
export function readyReply(text: string, etag = '"7"'): Reply<object> {
  const value = { torrents: [{ name: text }] }
  const json = JSON.stringify({ status: 'success', ...value })
  const parts = [json.slice(0, 9), json.slice(9)].map((part) => Buffer.from(part))
  return { ready: { etag, parts: () => parts, value: () => value }, freshness: { ageMs: 12.4, stale: true } }
}
