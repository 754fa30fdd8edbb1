import * as assert from 'uvu/assert'
import { Piscina } from 'piscina'
import { runTask } from '../../../src/main/threads/run-task.ts'
import { RestTorrentError, toWireError } from '../../../src/protocol/errors.ts'
import { suite } from '../../support/suite.ts'

const run = suite('src/main/threads/run-task')
const filename = new URL('./some-tasks.ts', import.meta.url).href

run('a task that does not answer within its deadline is ended, and others run after it', async () => {
  const pool = new Piscina({ filename, minThreads: 1, maxThreads: 1 })
  const ask = async (answers: boolean, deadlineMs: number): Promise<string> =>
    await runTask<string>(pool, 'listFiles', answers, deadlineMs).catch(
      (error: unknown) => toWireError(error).code,
    )
  assert.is(await ask(false, 500), 'disk_unresponsive')
  assert.is(await ask(true, 60_000), 'answered')
  await pool.destroy()
})

run('what a task throws has its code here', async () => {
  const pool = new Piscina({ filename, minThreads: 1, maxThreads: 1 })
  const error: unknown = await runTask(pool, 'findFile', undefined, 60_000).catch((thrown: unknown) => thrown)
  assert.instance(error, RestTorrentError)
  assert.is(toWireError(error).code, 'not_found')
  await pool.destroy()
})

run.run()
