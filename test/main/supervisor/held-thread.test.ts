/** A thread that waits for a disk cannot be ended: it is told, and harms nobody else. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { faultySession, order } from '../../support/faults.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { supervise } from '../../support/supervised.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const holding = suite('src/main/supervisor/held-thread')
const pollMs = 150

function makeFifo(): string {
  const path = join(temporaryFolder(), 'fifo')
  assert.is(spawnSync('mkfifo', [path]).status, 0)
  return path
}

holding(
  'a session whose thread waits for its disk is failed, and runs again when the disk answers',
  async () => {
    const fifo = makeFifo()
    const made = makeMetainfo()
    await using server = supervise({ entry: faultySession(), pollMs })
    try {
      const [held, other] = [await server.create(), await server.create()]
      const upload = { session_id: held.id, save_path: 'here', file: made.bytes }
      await server.command('upload_torrent', upload)
      order({ sessionId: held.id, fault: 'disk', path: fifo })
      order({ sessionId: held.id, fault: 'loop' })
      const view = await server.whenSession(held.id, 'it is failed', ({ state }) => state === 'failed')
      assert.is(view.last_error?.code, 'disk_unresponsive')
      assert.match(view.last_error?.message ?? '', /restart RestTorrent/)
      assert.is(server.supervisor.isHeld, true)
      const { torrents } = await server.command('get_torrent_list', { session_id: held.id })
      assert.equal(
        torrents.map(({ info_hash }) => info_hash),
        [made.infoHash],
      )
      await server.command('upload_torrent', { ...upload, session_id: other.id, save_path: 'beside' })
      await server.whenTorrent(other.id, made.infoHash, 'it runs', ({ state }) => state === 'downloading')
      writeFileSync(fifo, '') // the disk answers
      await server.whenSession(held.id, 'it runs again', ({ state }) => state === 'running')
      assert.is(server.supervisor.isHeld, false)
    } finally {
      spawnSync('timeout', ['1', 'sh', '-c', ': > "$0"', fifo]) // so that no thread of this process is left
    }
  },
)

holding.run()
