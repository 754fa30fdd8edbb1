/** The two faces of the API, asked in the same way: a command and its parameters. */
import { io } from 'socket.io-client'
import { commands, type CommandName, type CommandOutput } from '../../src/protocol/commands.ts'
import { request } from './request.ts'
import { within } from './suite.ts'

const answerWithinMs = 20_000

/** The body of an answer as it came. */
export interface Answered {
  readonly status: 'success' | 'fail'
  readonly message?: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly [field: string]: unknown
}

export type Parameters = Readonly<Record<string, unknown>>

export interface Face {
  readonly name: 'REST' | 'Socket.IO'
  /** The whole body of the answer; over Socket.IO without what only identifies it. */
  ask(command: CommandName, parameters?: Parameters): Promise<Answered>
  /** The fields of a success; rejects with the message of a failure. */
  call<N extends CommandName>(command: N, parameters?: Parameters): Promise<CommandOutput<N>>
  close(): void
}

/**
 * Commands as the routes of the table: path, then the query for reads and deletes, else a JSON body or a form;
 * with an API key if one is given.
 */
export function restFace(address: string, key?: string): Face {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const ask = async (command: CommandName, parameters: Parameters = {}): Promise<Answered> => {
    const { method, path } = commands[command]
    const rest = { ...parameters }
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(rest[name])
      Reflect.deleteProperty(rest, name)
      return value
    })
    if (method === 'POST' || method === 'PATCH')
      return (await request(address + filled, { method, headers, ...bodyOf(rest) })).body
    const query = String(new URLSearchParams(stringsOf(rest)))
    return (await request(`${address}${filled}${query === '' ? '' : `?${query}`}`, { method, headers })).body
  }
  return { name: 'REST', ask, call: callBy(ask), close: () => undefined }
}

/** Commands as `v1` events, answered by the event with the same `t_id`. */
export async function socketFace(address: string, key?: string): Promise<Face> {
  const auth = key === undefined ? {} : { key }
  const socket = io(address, { transports: ['websocket'], forceNew: true, reconnection: false, auth })
  await within(
    answerWithinMs,
    'the connection',
    new Promise<void>((resolve) => socket.once('connect', resolve)),
  )
  let calls = 0
  const ask = async (command: CommandName, parameters: Parameters = {}): Promise<Answered> => {
    const id = String(++calls)
    const answer = new Promise<Answered>((resolve) => {
      const take = (body: Answered & { t_id: string }): void => {
        if (body.t_id !== id) return
        socket.off('v1', take)
        const { t_id: _, command: _command, ...fields } = body
        resolve(fields)
      }
      socket.on('v1', take)
    })
    socket.emit('v1', { t_id: id, command, ...parameters })
    return await within(answerWithinMs, `an answer to ${command}`, answer)
  }
  return { name: 'Socket.IO', ask, call: callBy(ask), close: () => void socket.disconnect() }
}

/** `Face.call` by what asks. */
export function callBy(ask: Face['ask']): Face['call'] {
  return async <N extends CommandName>(command: N, parameters?: Parameters) => {
    const { status, ...fields } = await ask(command, parameters)
    if (status === 'success') return fields as unknown as CommandOutput<N>
    throw new Error(`${command}: ${fields.error?.code ?? 'no code'}: ${fields.message ?? ''}`)
  }
}

function stringsOf(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
}

function bodyOf(parameters: Parameters): { json: Parameters } | { form: FormData } {
  const { file, ...rest } = parameters
  if (!(file instanceof Uint8Array)) return { json: parameters }
  const form = new FormData()
  for (const [name, value] of Object.entries(stringsOf(rest))) form.set(name, value)
  form.set('file', new Blob([new Uint8Array(file)]), 'a.torrent')
  return { form }
}
