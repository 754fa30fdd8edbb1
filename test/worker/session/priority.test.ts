import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { threadEntries } from '../../../src/main/threads/entries.ts'
import { SpareThread } from '../../../src/main/threads/spare-thread.ts'
import { eventually, suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'

const priorities = suite('src/worker/session/priority')
const withinMs = 15_000
const tasks = '/proc/self/task'
/** Of proc_pid_stat(5), after the name. */
const niceField = 16
const [starting, running] = [2, 4]

if (process.platform === 'linux') {
  priorities('what starts comes before the sessions that run, and what runs gives way to it', async () => {
    const spare = new SpareThread(threadEntries.session, 0)
    await using sessions = supervise({ start: (options) => spare.start(options) })
    await sessions.create()
    await eventually(
      withinMs,
      'one runs and one waits',
      () => threadsAt(starting) === 1 && threadsAt(running) === 1,
    )
    await spare.close() // none starts any more
    assert.is((await sessions.create()).state, 'running')
    await eventually(withinMs, 'both run', () => threadsAt(starting) === 0 && threadsAt(running) === 2)
  })
} else console.log('skipped: priorities of threads are those of Linux')

/** How many threads of this process have a nice value. */
function threadsAt(nice: number): number {
  return readdirSync(tasks).filter((task) => niceOf(task) === nice).length
}

function niceOf(task: string): number | undefined {
  try {
    const stat = readFileSync(join(tasks, task, 'stat'), 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[niceField])
  } catch {
    return undefined // it ended meanwhile
  }
}

priorities.run()
