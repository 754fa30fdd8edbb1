/** The form of a `v1` message: who it answers to, which command, and its parameters. */
import { isCommandName, type CommandName } from '../../protocol/commands.ts'
import { isLiveCommand, type LiveCommand } from '../../protocol/live.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { weighsOver } from './weight.ts'

/** What identifies an answer; null where the message had nothing usable. */
export interface Envelope {
  readonly t_id: string | number | null
  readonly command: string | null
}

export interface Message {
  readonly command: CommandName | LiveCommand
  readonly parameters: object
  readonly idempotencyKey?: string
}

const maxMessage = 64 * 1024
const maxName = 200
const takeFiles: readonly string[] = ['upload_torrent', 'preview_torrent']

/** The envelope of an answer to whatever was sent. */
export function envelopeOf(message: unknown): Envelope {
  const { t_id: id, command } = isRecord(message) ? message : {}
  const usable = typeof id === 'number' || (typeof id === 'string' && id.length <= maxName)
  return {
    t_id: usable ? id : null,
    command: typeof command === 'string' && command.length <= maxName ? command : null,
  }
}

/**
 * The command and parameters of a message. Throws `invalid_body`, `missing_parameter`, `invalid_parameter`,
 * `unknown_parameter`, `not_found` for an unknown command, and `body_too_large` for what is above 64 KiB and
 * is no upload.
 */
export function readMessage(message: unknown): Message {
  if (!isRecord(message)) throw new RestTorrentError('invalid_body', 'the message is not an object')
  const { t_id: id, command, idempotency_key: idempotencyKey, ...parameters } = message
  requireName('t_id', typeof id === 'number' ? String(id) : id)
  requireName('command', command)
  if (Object.hasOwn(parameters, '__proto__')) {
    throw new RestTorrentError('unknown_parameter', 'unknown parameter __proto__')
  }
  if (!isCommandName(command) && !isLiveCommand(command))
    throw new RestTorrentError('not_found', 'no such command')
  if (!takeFiles.includes(command) && weighsOver(message, maxMessage)) {
    throw new RestTorrentError('body_too_large', `the message is larger than ${maxMessage} bytes`)
  }
  if (idempotencyKey === undefined) return { command, parameters }
  if (typeof idempotencyKey === 'string') return { command, parameters, idempotencyKey }
  throw new RestTorrentError('invalid_parameter', 'parameter idempotency_key: must be text')
}

function requireName(name: string, value: unknown): void {
  if (value === undefined) throw new RestTorrentError('missing_parameter', `parameter ${name} is required`)
  if (typeof value === 'string' && value.length <= maxName) return
  throw new RestTorrentError('invalid_parameter', `parameter ${name}: must be a short name`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}
