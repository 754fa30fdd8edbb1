/**
 * A program that a test talks to: a BitTorrent client or a tracker. It owns the process: its output is
 * kept for the message of a failure, every wait fails at once when it ends, and `stop` ends it for sure.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { eventually, within } from '../support/suite.ts'

const killAfterMs = 2000
/** What a killed one may take. */
const goneWithinMs = 3000
const keptOutput = 20_000

/** How a program is started; `prefix` is a command that runs it, such as one that enters a namespace. */
export interface ProgramOptions {
  prefix?: readonly string[]
  onLine?: (line: string) => void
}

/** One run of a program from its start to its end. */
export class Program {
  readonly name: string
  readonly #child: ChildProcessWithoutNullStreams
  readonly #closed: Promise<void>
  #output = ''
  #ended: string | undefined

  constructor(command: string, args: readonly string[], options: ProgramOptions = {}) {
    const [first = command, ...rest] = [...(options.prefix ?? []), command, ...args]
    this.name = command
    this.#child = spawn(first, rest)
    this.#child.on('error', (error) => (this.#ended ??= `cannot start: ${error.message}`))
    // `close` and not `exit`: by then all of its output is here.
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#ended ??= `ended with ${signal ?? code ?? 'nothing'}`
        resolve()
      })
    })
    // A program that ends while it is being told something is seen by its exit.
    this.#child.stdin.on('error', () => undefined)
    this.#keep(options.onLine)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The last that it printed, for the message of a failure. */
  output(): string {
    return this.#output
  }

  /** Writes one line to its standard input. */
  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  /** Polls until `probe` gives something; rejects with its output at the deadline or when it ends. */
  async until<T>(ms: number, what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
    try {
      return await eventually(ms, what, () => {
        if (this.#ended !== undefined) throw new Error(this.#ended)
        return probe()
      })
    } catch (error) {
      throw new Error(`${this.name}: ${what}: ${String(error)}\n${this.#output}`, { cause: error })
    }
  }

  /** Asks it to end, kills it when it does not in time, and resolves when it is gone. */
  async stop(graceMs = killAfterMs): Promise<void> {
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs)
    await within(graceMs + goneWithinMs, `${this.name} ends`, this.#closed).finally(() => clearTimeout(timer))
  }

  #keep(onLine: ((line: string) => void) | undefined): void {
    let partial = ''
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#append(text)
      const lines = (partial + text).split('\n')
      partial = lines.pop() ?? ''
      if (onLine) lines.forEach(onLine)
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#append(text))
  }

  #append(text: string): void {
    this.#output = (this.#output + text).slice(-keptOutput)
  }
}
