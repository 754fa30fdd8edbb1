/** Deleting what a deleted session left, where the disk refuses at first. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import * as assert from 'uvu/assert'
import { FileOwnership } from '../../../src/main/files/file-ownership.ts'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { Leftovers, type LeftoverSurroundings } from '../../../src/main/supervisor/leftovers.ts'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { factsOf, type TorrentRecord } from '../../../src/protocol/records.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { deleteDataOf } from '../../../src/worker/tasks/delete-data.ts'
import { makeMetainfo, writeFiles } from '../../support/metainfo.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'
import { sessionOf } from '../../worker/store/fixture.ts'

const leftovers = suite('src/main/supervisor/leftovers')

/** A torrent of one small file, which lies in its folder. */
function torrentIn(saveFolder: string, name: string): TorrentRecord {
  const made = makeMetainfo({ name, files: [{ path: 'sub/a', content: 100 }] })
  writeFiles(saveFolder, made)
  const source = { ...torrentRecord().source, rawInfo: made.rawInfo }
  return torrentRecord({
    infoHash: made.infoHash,
    saveFolder,
    source,
    facts: factsOf(parseInfo(made.rawInfo)),
  })
}

function leftoversBy(deleteData: LeftoverSurroundings['tasks']['deleteData']): Leftovers {
  const files = new FileOwnership({ compare: () => Promise.resolve([]), isComplete: () => false })
  const relocation = { sweep: () => Promise.resolve() } // nothing was ever moved
  return new Leftovers({
    files,
    relocation,
    tasks: { deleteData },
    log: pino({ level: 'silent' }),
    retryMs: 5,
  })
}

leftovers(
  'files that cannot be deleted are tried again, and a removal is done when they are gone',
  async () => {
    const root = temporaryFolder()
    const records = new SessionRecords(sessionOf(1))
    records.restore([], [{ id: 'removal', record: torrentIn(root, 'tree'), deleteData: true }])
    let tries = 0
    const waiting = leftoversBy(async (deletion) => {
      tries += 1
      if (tries < 3) throw new RestTorrentError('disk_failed', 'not now')
      return await deleteDataOf(deletion)
    })
    waiting.take(records)
    await eventually(5000, 'the removal is done', () => records.removals.size === 0)
    assert.is(tries, 3)
    assert.not(existsSync(join(root, 'tree')))
  },
)

leftovers('files of a torrent that was added again since are left', async () => {
  const root = temporaryFolder()
  const records = new SessionRecords(sessionOf(1))
  const [again, gone] = [torrentIn(root, 'again'), torrentIn(root, 'gone')]
  for (const record of [again, gone]) {
    await records.add(record)
    await records.remove(record.infoHash, true)
  }
  await records.add(again)
  leftoversBy(deleteDataOf).take(records)
  await eventually(5000, 'the other is deleted', () => !existsSync(join(root, 'gone')))
  assert.ok(existsSync(join(root, 'again/sub/a')))
})

leftovers.run()
