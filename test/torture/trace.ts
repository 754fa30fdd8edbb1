/**
 * What happened in the runs of a campaign, kept for who looks for the cause of a fault: every call with its answer,
 * what the server printed and, where `strace` is there, what its threads did to names of files; and the data
 * directory as each kill left it.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { callBy, type Face } from '../support/faces.ts'

const systemCalls = 'unlink,unlinkat,rename,renameat,renameat2,rmdir,link,linkat,mkdir,copy_file_range,openat'

export class Trace {
  readonly #folder: string
  readonly #canFollow = spawnSync('strace', ['-V']).status === 0
  #runs = 0

  /** Of the campaign that has this data directory, in a folder of its own below `folder`. */
  constructor(folder: string, dataDir: string) {
    this.#folder = join(folder, basename(dataDir))
    mkdirSync(this.#folder, { recursive: true })
  }

  /** The command of the next run, followed. It is the server's own process, so that it can be killed. */
  follow(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
    this.#runs += 1
    if (!this.#canFollow) return command
    const options = ['-D', '-f', '--seccomp-bpf', '-ttt', '-y', '-e', `trace=${systemCalls}`]
    return ['strace', ...options, '-o', this.#path('system-calls'), ...command]
  }

  /** The same face, with every call that changes something noted. */
  note(face: Face): Face {
    const path = this.#path('calls')
    const tell = (...what: unknown[]): void =>
      appendFileSync(path, `${Date.now()} ${what.map((one) => JSON.stringify(one)).join(' ')}\n`)
    const ask: Face['ask'] = async (command, parameters) => {
      if (command.startsWith('get_')) return await face.ask(command, parameters)
      tell('asked', command, parameters)
      const answer = face.ask(command, parameters)
      answer.then(
        (body) => tell('answered', command, body),
        (error: unknown) => tell('cut off', command, String(error)),
      )
      return await answer
    }
    return { ...face, ask, call: callBy(ask) }
  }

  /** The run is over: what the server printed, what its data directory holds and all that is wrong so far. */
  end(output: string, dataDir: string, wrong: readonly string[]): void {
    writeFileSync(this.#path('output'), output)
    cpSync(dataDir, this.#path('data'), { recursive: true })
    writeFileSync(join(this.#folder, 'faults'), wrong.map((line) => `${line}\n`).join(''))
  }

  #path(what: string): string {
    return join(this.#folder, `${String(this.#runs).padStart(4, '0')}-${what}`)
  }
}
