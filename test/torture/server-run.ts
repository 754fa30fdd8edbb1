/** One run of the server under torture, from its start to its kill. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { restFace, type Face } from '../support/faces.ts'
import { eventually, within } from '../support/suite.ts'
import { doomVariable, type Doom } from './fail-points.ts'
import type { Trace } from './trace.ts'

const startsWithinMs = 30_000
const endsWithinMs = 10_000

export class ServerRun {
  readonly face: Face
  /** Settles when the process is gone. */
  readonly ended: Promise<unknown>
  readonly #kill: () => void
  readonly #output: () => string
  #isKilled = false
  #endedByItself = false

  private constructor(face: Face, ended: Promise<unknown>, kill: () => void, output: () => string) {
    this.face = face
    this.ended = ended
    this.#kill = kill
    this.#output = output
    void ended.then(() => {
      this.#endedByItself = !this.#isKilled
    })
  }

  /** Starts it over a data directory, with `/` as its root; undefined when its doom came before it listened. */
  static async start(
    dataDir: string,
    doom: Doom | undefined,
    trace: Trace | undefined,
  ): Promise<ServerRun | undefined> {
    const settings = ['--no-auth', '--port', '0', '--data-dir', dataDir, '--listen-host', '127.0.0.1']
    settings.push('--root-dir', '/')
    const plain = [process.execPath, join(import.meta.dirname, 'server.ts'), ...settings] as const
    const [program, ...rest] = trace?.follow(plain) ?? plain
    const child = spawn(program, rest, {
      env: {
        ...process.env,
        RESTTORRENT_ALLOW_PRIVATE: '127.0.0.0/8',
        ...(doom && { [doomVariable]: JSON.stringify(doom) }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    const ended = once(child, 'close')
    const address = await eventually(startsWithinMs, 'the server listens', () => {
      if (child.signalCode === 'SIGKILL') return 'gone'
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output}`)
      return /"address":"([^"]+)"/.exec(output)?.[1]
    })
    const kill = (): void => void child.kill('SIGKILL')
    if (address === 'gone') return undefined
    const face = restFace(address)
    return new ServerRun(trace?.note(face) ?? face, ended, kill, () => output)
  }

  /** Whether it was gone before it was killed. */
  get endedByItself(): boolean {
    return this.#endedByItself
  }

  /** What it printed. */
  output(): string {
    return this.#output()
  }

  /** Ends it as a power cut ends a process, unless that was its doom already. */
  async kill(): Promise<void> {
    this.#isKilled = true
    this.#kill()
    await within(endsWithinMs, 'the end of the server', this.ended)
  }
}
