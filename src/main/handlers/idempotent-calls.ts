/**
 * Runs a call with an Idempotency-Key once and answers its repeats the same, for a day and for each API key
 * by itself. Repeats that come while it runs wait for it. Only successes are kept: what failed made nothing,
 * and may be tried again.
 */
import { randomUUID } from 'node:crypto'
import type { CommandEntry } from '../../protocol/command-entry.ts'
import { commands, type CommandName } from '../../protocol/commands.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import {
  answersKeptMs,
  idempotencyKey,
  type AnswerQuery,
  type CallName,
  type KeptAnswer,
  type MadeThing,
} from '../../protocol/idempotency.ts'
import { Turns } from '../../protocol/turns.ts'
import type { Log } from '../log.ts'
import type { CallJournal } from '../records/call-journal.ts'
import type { Journal } from '../records/journal.ts'
import type { Reply } from './reply.ts'

type Run = () => Reply<object> | Promise<Reply<object>>

/** The answer to a command whose success was not kept, from what it made; undefined where that is gone. */
export type MadeAnswer = (name: CommandName, made: MadeThing) => object | undefined

export interface IdempotentCallOptions {
  readonly journal: Journal
  /** The journal of all that calls make. */
  readonly calls: CallJournal
  readonly load: (query: AnswerQuery) => Promise<KeptAnswer | undefined>
  readonly madeAnswer: MadeAnswer
  readonly log: Pick<Log, 'error'>
}

const bounds = {
  rowsOfKey: 5000,
  bytesOfKey: 32 * 1024 * 1024,
  rows: 20_000,
  bytes: 128 * 1024 * 1024,
}
const trimEvery = 100
/** What these make is a file, of which the store knows nothing. */
const makeFiles: readonly CommandName[] = ['create_backup', 'export_session']

export class IdempotentCalls {
  readonly #options: IdempotentCallOptions
  /** What is in memory only is gone with this run of the program, and its answers with it. */
  readonly #run = randomUUID()
  readonly #turns = new Turns()
  #puts = 0

  constructor(options: IdempotentCallOptions) {
    this.#options = options
  }

  /**
   * The reply of `run`, or that of the first call of this owner with the same key. Rejects with
   * `invalid_parameter` for what is no key, `idempotency_key_reused`, `already_shown`, what `run` rejects
   * with, or a disk code.
   */
  async call(
    name: CommandName,
    input: object,
    { owner, key }: { readonly owner: string | null; readonly key: string },
    run: Run,
  ): Promise<Reply<object>> {
    if (!idempotencyKey.safeParse(key).success)
      throw new RestTorrentError('invalid_parameter', 'Idempotency-Key: must be 1 to 255 ASCII characters')
    const call = { owner: owner ?? '', key: await digest(Buffer.from(key)) }
    const fingerprint = await fingerprintOf(name, input)
    return await this.#turns.take(`${call.owner} ${call.key}`, async () => {
      const since = Date.now() - answersKeptMs
      const kept = await this.#options.load({ ...call, run: this.#run, since })
      const answer = kept && this.#answerOf(name, kept, fingerprint)
      return answer === undefined ? await this.#first(name, call, fingerprint, run) : { value: answer }
    })
  }

  #answerOf(name: CommandName, kept: KeptAnswer, fingerprint: string): object | undefined {
    if (kept.fingerprint !== fingerprint)
      throw new RestTorrentError(
        'idempotency_key_reused',
        'the Idempotency-Key came with another request before',
      )
    const { keyPrefix, webhookId } = kept.made
    if ((commands[name] as CommandEntry).shownOnce)
      throw new RestTorrentError(
        'already_shown',
        `${name} was done with this Idempotency-Key: it made ${keyPrefix ?? webhookId ?? 'a secret'}, which is shown once`,
      )
    if (kept.answer !== null) return JSON.parse(kept.answer) as object
    return this.#options.madeAnswer(name, kept.made)
  }

  async #first(name: CommandName, call: CallName, fingerprint: string, run: Run): Promise<Reply<object>> {
    const at = Date.now()
    const rowOf = (made: MadeThing, answer: string | null, isDurable: boolean) =>
      ({
        type: 'put_answer',
        answer: { ...call, fingerprint, at, made, answer, run: isDurable ? null : this.#run },
      }) as const
    const writing = {
      beside: (made: MadeThing) => rowOf(made, null, true),
      made: undefined as MadeThing | undefined,
      hasWritten: false,
      hasEnded: false,
    }
    const { calls, journal, log } = this.#options
    try {
      const reply = await calls.run(writing, run)
      const isDurable = writing.hasWritten || makeFiles.includes(name)
      const { shownOnce }: CommandEntry = commands[name]
      const fields = 'value' in reply ? reply.value : reply.ready.value()
      const answer = shownOnce ? null : JSON.stringify(fields)
      // what was done stays done where this cannot be written
      await journal.write(rowOf(writing.made ?? {}, answer, isDurable), ...this.#trim()).catch(onFailed)
      return reply
    } catch (error) {
      if (writing.hasWritten) await journal.write({ type: 'remove_answer', ...call }).catch(onFailed)
      throw error
    }
    function onFailed(error: unknown): void {
      log.error({ err: error, command: name }, 'the answer to an Idempotency-Key could not be written')
    }
  }

  /** With the first of a run, and now and then. */
  #trim() {
    this.#puts += 1
    if (this.#puts % trimEvery !== 1) return []
    const since = Date.now() - answersKeptMs
    return [{ type: 'trim_answers', run: this.#run, since, ...bounds }] as const
  }
}

async function fingerprintOf(name: CommandName, input: object): Promise<string> {
  const parts = Object.entries(input).map(async ([field, value]: [string, unknown]) => {
    return [field, value instanceof Uint8Array ? await digest(value) : value] as const
  })
  return await digest(Buffer.from(JSON.stringify([name, await Promise.all(parts)])))
}

/** SHA-256 in hex, made outside this thread. */
async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', bytes)
  return Buffer.from(hash).toString('hex')
}
