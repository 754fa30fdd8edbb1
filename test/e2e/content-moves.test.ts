/** A file that is being read while it gets another name, another place, or is deleted. */
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { adminKey } from '../support/keys.ts'
import { memoryFolder } from '../support/disks.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { isSame, urlOf } from '../support/read-content.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder } from '../support/suite.ts'

const moves = suite('test/e2e/content-moves')
const waitMs = 45_000
/** More than sockets hold of it while nobody reads. */
const made = makeMetainfo({ name: 'film', content: 48_000_000, pieceLength: 256 * 1024 })
const mib = 1024 * 1024

/** An answer that is read as far as it is asked to. */
class Reading {
  readonly #stream: ReadableStreamDefaultReader<Uint8Array>
  readonly #got: Uint8Array[] = []
  #length = 0

  static async open(url: string): Promise<Reading> {
    const headers = { authorization: `Bearer ${adminKey}`, connection: 'close' }
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(waitMs) })
    assert.is(response.status, 200)
    if (response.body === null) throw new Error('no body')
    return new Reading(response.body)
  }

  constructor(body: ReadableStream<Uint8Array>) {
    this.#stream = body.getReader()
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#got)
  }

  /** Settles when so many bytes were read, or all; rejects when the connection is cut. */
  async until(length: number): Promise<void> {
    while (this.#length < length) {
      const { value, done } = await this.#stream.read()
      if (done) return
      this.#got.push(value)
      this.#length += value.length
    }
  }
}

moves('an open reader follows its file to other names and disks, and is cut when it is deleted', async () => {
  using folder = memoryFolder()
  const { path: memory } = folder
  const here = temporaryFolder()
  assert.is.not(statSync(memory).dev, statSync(here).dev)
  await using server = await startTestServer({ ADMIN_KEY: adminKey, ROOT_DIR: '/', MEMORY_ONLY: '0' })
  const { rest } = server
  writeFiles(here, made)
  const session = await openSession(rest)
  const of = { session_id: session.id, info_hash: made.infoHash }
  await addTorrent(rest, session, { file: made.bytes, save_path: here })
  await whenState(rest, session, made.infoHash, 'seeding')
  const url = urlOf(server, session, made.infoHash, 0)

  const reading = await Reading.open(url)
  await reading.until(1)
  await rest.call('rename_file', { ...of, path: 'film', new_path: 'folder/movie' })
  writeFileSync(join(here, 'film'), Buffer.alloc(made.length, 1))
  await reading.until(16 * mib)
  const { job } = await rest.call('move_torrent', { ...of, save_path: memory })
  await eventually(waitMs, 'the move', async () => {
    return (await rest.call('get_job', { job_id: job.id })).job.state === 'done'
  })
  await reading.until(Infinity)
  isSame(reading.bytes, made.content)

  const cut = await Reading.open(url)
  await cut.until(1)
  await rest.call('delete_torrent', { ...of, delete_data: 1 })
  const isCut = await cut.until(Infinity).then(
    () => false,
    () => true,
  )
  assert.ok(isCut, 'its end is no end of the file')
  const { bytes } = cut
  assert.ok(bytes.length < made.length)
  isSame(bytes, made.content.subarray(0, bytes.length))
})

moves.run()
