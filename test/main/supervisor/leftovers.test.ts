/** Deleting what a deleted session left, where the disk refuses at first. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import * as assert from 'uvu/assert'
import { FileOwnership } from '../../../src/main/files/file-ownership.ts'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { Leftovers } from '../../../src/main/supervisor/leftovers.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { deleteDataOf } from '../../../src/worker/tasks/delete-data.ts'
import { makeMetainfo, writeFiles } from '../../support/metainfo.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'
import { sessionOf } from '../../worker/store/fixture.ts'

const leftovers = suite('src/main/supervisor/leftovers')

leftovers(
  'files that cannot be deleted are tried again, and a removal is done when they are gone',
  async () => {
    const root = temporaryFolder()
    const made = makeMetainfo({ name: 'tree', files: [{ path: 'sub/a', content: 100 }] })
    writeFiles(root, made)
    const record = torrentRecord({
      infoHash: made.infoHash,
      saveFolder: root,
      source: { ...torrentRecord().source, rawInfo: made.rawInfo },
    })
    const records = new SessionRecords(sessionOf(1))
    records.restore([], [{ id: 'removal', record, deleteData: true }])
    let tries = 0
    const waiting = new Leftovers({
      files: new FileOwnership({ compare: () => Promise.resolve([]), isComplete: () => false }),
      deleteFiles: async (deletion) => {
        tries += 1
        if (tries < 3) throw new RestTorrentError('disk_failed', 'not now')
        await deleteDataOf(deletion)
      },
      log: pino({ level: 'silent' }),
      retryMs: 5,
    })
    waiting.take(records)
    await eventually(5000, 'the removal is done', () => records.removals.size === 0)
    assert.is(tries, 3)
    assert.not(existsSync(join(root, 'tree')))
  },
)

leftovers.run()
