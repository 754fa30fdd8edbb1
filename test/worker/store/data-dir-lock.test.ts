import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openStore } from '../../../src/worker/store/store.ts'
import { storeFiles } from '../../../src/worker/store/store-files.ts'
import { suite, temporaryFolder, within } from '../../support/suite.ts'
import { refusal } from './fixture.ts'

const test = suite('worker/store/data-dir-lock')
const children: ChildProcess[] = []

async function holder(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'holding-process.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await within(20_000, 'the holder opens', once(child.stdout, 'data'))
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await within(10_000, 'the holder ends', exited)
}

test.after.each(async () => {
  for (const child of children.splice(0)) await kill(child)
})

test('a second process is refused, names the first, and comes in after kill -9', async () => {
  const folder = temporaryFolder()
  const child = await holder(folder)
  const error = await refusal(openStore(folder))
  assert.is(error.code, 'data_dir_in_use')
  assert.is(error.message, `the data directory is in use by process ${child.pid}`)
  assert.equal(error.details, { pid: child.pid })
  await kill(child)
  const store = await openStore(folder)
  await store.close()
})

test('a second store of the same process is refused, and the first keeps the lock', async () => {
  const folder = temporaryFolder()
  const link = join(temporaryFolder(), 'link')
  symlinkSync(folder, link)
  const store = await openStore(folder)
  for (const path of [folder, link, folder]) {
    const error = await refusal(openStore(path))
    assert.equal([error.code, error.details], ['data_dir_in_use', { pid: process.pid }])
  }
  await store.close()
  const again = await openStore(link)
  await again.close()
})

test('a process id that is left behind locks nobody out', async () => {
  const folder = temporaryFolder()
  writeFileSync(storeFiles(folder).pid, `${process.pid}\n`)
  const store = await openStore(folder)
  await store.close()
})

test('a store whose lock file was removed still lets nobody in', async () => {
  const folder = temporaryFolder()
  await holder(folder)
  rmSync(storeFiles(folder).lock)
  assert.is((await refusal(openStore(folder))).code, 'data_dir_in_use')
})

test('a folder that is not there is refused', async () => {
  assert.is((await refusal(openStore(join(temporaryFolder(), 'absent')))).code, 'disk_failed')
})

test.run()
