import { closeSync, constants, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Piscina } from 'piscina'
import * as assert from 'uvu/assert'
import { ContentReads } from '../../../src/main/content/content-reads.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { makeFifo } from '../../support/disks.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'

const reads = suite('src/main/content/content-reads')
const blocking = new URL('./blocking-reads.ts', import.meta.url).href
const mostAtOnce = 4

reads('a disk that hangs keeps four threads of its session, and others are read', async () => {
  const saveFolder = temporaryFolder()
  const fifo = join(saveFolder, 'fifo')
  makeFifo(fifo)
  writeFileSync(join(saveFolder, 'file'), 'bytes')
  const pool = new Piscina({ filename: blocking, minThreads: 5, maxThreads: 5 })
  const content = new ContentReads(async (request) => (await pool.run(request)) as Uint8Array, 2000)
  const read = async (session: string, path: string): Promise<string> => {
    const part = { saveFolder, path, position: 0, length: 5, seen: undefined, isWritten: false }
    try {
      return Buffer.from(await content.read(session, part)).toString()
    } catch (error) {
      if (error instanceof RestTorrentError) return error.code
      throw error
    }
  }
  try {
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (one) => await read(one, 'file')))
    const late = await Promise.all(
      Array.from({ length: mostAtOnce + 2 }, async () => await read('hung', 'fifo')),
    )
    assert.equal([...new Set(late)], ['disk_unresponsive'])
    assert.ok(content.isHeld)
    assert.is(await read('hung', 'file'), 'disk_unresponsive', 'at once')
    assert.is(await read('other', 'file'), 'bytes')
    await eventually(10_000, 'threads that are back', () => {
      letGo(fifo)
      return !content.isHeld
    })
    assert.is(await read('hung', 'file'), 'bytes')
  } finally {
    letGo(fifo)
    await pool.destroy()
  }
})

/** Has whoever waits for a writer read the end. */
function letGo(fifo: string): void {
  try {
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK))
  } catch {
    // nobody waits
  }
}

reads.run()
