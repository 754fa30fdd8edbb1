/** The built program as a process of its own, for what only a process shows: signals and exit codes. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { eventually, within } from './suite.ts'

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const waitMs = 30_000

export interface ServerProcess extends AsyncDisposable {
  /** Everything it printed so far, on both streams. */
  output(): string
  /** Settles with the API's address when it listens. */
  listening(): Promise<string>
  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGKILL'): void
  /** Settles with its exit code, null where a signal ended it. */
  ended(): Promise<number | null>
}

/**
 * Starts it with these arguments and variables, and none of this process's own; no key is required by default.
 * Another `program` must print and end as the built one does.
 */
export function startProcess(
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  program = entry,
): ServerProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('RESTTORRENT_'))
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...Object.fromEntries(inherited), RESTTORRENT_NO_AUTH: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    output: () => output,
    listening: () =>
      eventually(waitMs, 'the server listens', () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output}`)
        return /"address":"([^"]+)"/.exec(output)?.[1]
      }),
    signal: (name) => void child.kill(name),
    ended: () => within(waitMs, 'the end of the process', closed),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}
