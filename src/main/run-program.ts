/** Runs the server as a process: settings, signals and exit codes. */
import { RestTorrentError } from '../protocol/errors.ts'
import { keepHeapLow } from './heap-keeper.ts'
import { createLog, type Log } from './log.ts'
import { parseSettings } from './parse-settings.ts'
import { startProgram, type Program } from './program.ts'
import { threadEntries, type ThreadEntries } from './threads/entries.ts'

/** Longer than the deadlines of every part together: what hangs beyond it is left to the system. */
const stopDeadlineMs = 20_000

const heldText = 'a session worker still waits for its disk: the process ends itself by SIGKILL\n'

/**
 * Exit codes: 0 after a requested stop, 1 when it cannot start, 2 for wrong settings. A process with a thread
 * that waits for its disk ends by SIGKILL, which it sends itself.
 */
export async function runProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  entries: ThreadEntries = threadEntries,
): Promise<void> {
  const parsed = parseSettings(args, env)
  if (parsed.kind !== 'settings') {
    const out = parsed.kind === 'help' ? process.stdout : process.stderr
    out.write(`${parsed.text}\n`)
    process.exitCode = parsed.kind === 'help' ? 0 : 2
    return
  }
  const log = createLog(parsed.settings.RESTTORRENT_LOG_LEVEL)
  let program: Program | undefined
  const exit = (code: number): void => {
    const isHeld = program?.isHeld() === true
    // not by the log, which may be written too late
    if (isHeld) process.stderr.write(heldText)
    log.flush(() => {
      // an exit in order waits for every thread, and one that waits for a hung disk never ends
      if (isHeld) process.kill(process.pid, 'SIGKILL')
      process.exit(code)
    })
  }
  process.on('uncaughtException', (error) => {
    log.fatal({ stack: error.stack }, `uncaught: ${error.message}`)
    exit(1)
  })
  let stopping = false
  const starting = startProgram(parsed.settings, log, entries)
  onSignals(
    (signal) => {
      stopping = true
      log.info({ signal }, 'stopping')
      setTimeout(() => exit(1), stopDeadlineMs)
      starting
        .then((program) => program.stop())
        .then(
          () => exit(0),
          () => exit(1),
        )
    },
    () => process.exit(1),
  )
  try {
    program = await starting
    keepHeapLow()
    if (program.firstKey !== undefined) process.stderr.write(program.firstKey)
    const reloads = Object.entries(program.reloads)
    if (reloads.length > 0) process.on('SIGHUP', () => void reloadBy(reloads, log))
    void program.failed.then((error) => {
      if (stopping) return
      log.fatal(error.message)
      exit(1)
    })
  } catch (error) {
    tellRefusal(log, error)
    exit(1)
  }
}

/** A code is what the documents explain, or the system's; where there is none, the stack has to do. */
function tellRefusal(log: Log, error: unknown): void {
  const thrown: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error))
  const { message, stack, code, syscall } = thrown
  const isOurs = error instanceof RestTorrentError
  const told = isOurs ? { code, details: error.details } : syscall === undefined ? { stack } : { code }
  log.fatal(told, `cannot start: ${message}`)
}

async function reloadBy(reloads: [string, () => Promise<void>][], log: Log): Promise<void> {
  for (const [what, reload] of reloads) {
    await reload().then(
      () => log.info(`the ${what} was read again`),
      (error: unknown) => log.error(`the ${what} stays as it was: ${String(error)}`),
    )
  }
}

function onSignals(first: (signal: string) => void, second: () => void): void {
  let signals = 0
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      signals += 1
      if (signals === 1) first(signal)
      else second()
    })
  }
}
