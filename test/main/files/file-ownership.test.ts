import * as assert from 'uvu/assert'
import { noCounters } from '../../../src/protocol/counters.ts'
import { FileOwnership } from '../../../src/main/files/file-ownership.ts'
import { holdRestored } from '../../../src/main/files/hold-restored.ts'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { factsOf, type TorrentRecord } from '../../../src/protocol/records.ts'
import { toWireError, type WireError } from '../../../src/protocol/errors.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { commonFiles } from '../../../src/worker/tasks/common-files.ts'
import { makeMetainfo, type MetainfoOptions } from '../../support/metainfo.ts'
import { sessionRecord } from '../../support/session-record.ts'
import { suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const ownership = suite('src/main/files/file-ownership')
const [one, two] = ['1'.repeat(40), '2'.repeat(40)]

function recordOf(options: MetainfoOptions, saveFolder = '/r', fields: Partial<TorrentRecord> = {}) {
  const { infoHash, rawInfo } = makeMetainfo(options)
  const source = { ...torrentRecord().source, rawInfo }
  return torrentRecord({ infoHash, source, facts: factsOf(parseInfo(rawInfo)), saveFolder, ...fields })
}

interface Desk {
  readonly files: FileOwnership
  /** Torrents that are complete, by info hash. */
  readonly complete: Set<string>
  compared: number
}

function desk(): Desk {
  const complete = new Set<string>()
  const made: Desk = {
    complete,
    compared: 0,
    files: new FileOwnership({
      isComplete: ({ infoHash }) => complete.has(infoHash),
      compare: async (comparison) => {
        made.compared += 1
        return await Promise.resolve(commonFiles(comparison))
      },
    }),
  }
  return made
}

const tree = { name: 'tree', files: [{ path: 'a', content: 10 }, { path: 'deep/b', content: 10 }] } // prettier-ignore
const sameFiles = { ...tree, seed: 'other' }

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return await call.then(
    () => undefined,
    (error: unknown) => toWireError(error).code,
  )
}

const keyOf = (sessionId: string, { infoHash }: TorrentRecord) => ({ sessionId, infoHash })

ownership('a torrent onto files of another is file_in_use and names it, over sessions', async () => {
  const { files } = desk()
  const owner = recordOf(tree)
  await files.admit(one, owner)
  for (const session of [one, two]) {
    const refusal = await files.admit(session, recordOf(sameFiles)).catch(toWireError)
    assert.is((refusal as WireError).code, 'file_in_use')
    assert.match((refusal as WireError).message, owner.infoHash)
    assert.not.match((refusal as WireError).message, one)
  }
})

ownership('a torrent that is refused claims nothing', async () => {
  const { files } = desk()
  const owner = recordOf(tree)
  const withdraw = await files.admit(one, owner)
  assert.is(await codeOf(files.admit(two, recordOf(sameFiles))), 'file_in_use')
  withdraw()
  await files.admit(one, recordOf({ ...tree, seed: 'third' }))
})

ownership('torrents beside each other are not compared', async () => {
  const made = desk()
  for (let at = 0; at < 50; at += 1) await made.files.admit(one, recordOf({ name: `torrent ${at}` }))
  await made.files.admit(one, recordOf(tree, '/elsewhere'))
  await made.files.admit(one, recordOf(sameFiles))
  assert.is(made.compared, 0)
})

ownership('torrents of one name without a file in common live beside each other', async () => {
  const { files } = desk()
  await files.admit(one, recordOf({ name: 'tree', files: [{ path: 'first', content: 10 }] }))
  await files.admit(two, recordOf({ name: 'tree', files: [{ path: 'second', content: 10 }] }))
})

ownership('a save path inside of another torrent meets its files', async () => {
  const { files } = desk()
  await files.admit(one, recordOf(tree))
  assert.is(await codeOf(files.admit(two, recordOf({ name: 'b' }, '/r/tree/deep'))), 'file_in_use')
  await files.admit(two, recordOf({ name: 'c' }, '/r/tree/deep'))
})

ownership('a file in the place of a folder, and the other way round, is in use', async () => {
  const { files } = desk()
  await files.admit(one, recordOf(tree))
  assert.is(await codeOf(files.admit(two, recordOf({ name: 'tree' }))), 'file_in_use')
  assert.is(await codeOf(files.admit(two, recordOf({ name: 'x' }, '/r/tree/a'))), 'file_in_use')
})

ownership('names are compared as they are stored', async () => {
  const { files } = desk()
  await files.admit(one, recordOf({ name: 'con' }))
  assert.is(await codeOf(files.admit(two, recordOf({ name: '_con', seed: 'other' }))), 'file_in_use')
})

ownership('a complete torrent shares its files with one that may not write them', async () => {
  const { files, complete } = desk()
  const [owner, guest] = [recordOf(tree), recordOf(sameFiles)]
  await files.admit(one, owner)
  complete.add(owner.infoHash)
  await files.admit(two, guest)
  await files.permit(keyOf(one, owner))
  assert.is(await codeOf(files.permit(keyOf(two, guest))), 'file_in_use')
  files.leave(keyOf(one, owner), 'removal', false)
  files.release('removal')
  await files.permit(keyOf(two, guest))
})

ownership('of two that are added at once one is refused', async () => {
  const { files } = desk()
  const codes = await Promise.allSettled([
    files.admit(one, recordOf(tree)),
    files.admit(two, recordOf(sameFiles)),
  ])
  assert.equal(codes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

ownership('one that is refused itself refuses nobody', async () => {
  const { files } = desk()
  await files.admit(one, recordOf({ name: 'a' }, '/r/tree'))
  const refused = files.admit(one, recordOf(tree))
  const beside = files.admit(two, recordOf({ name: 'b' }, '/r/tree/deep'))
  assert.is(await codeOf(refused), 'file_in_use')
  await beside
})

ownership('the same torrent twice at once in a session is torrent_exists', async () => {
  const { files } = desk()
  await files.admit(one, recordOf(tree))
  assert.is(await codeOf(files.admit(one, recordOf(tree))), 'torrent_exists')
})

ownership('memory and unknown metadata claim nothing', async () => {
  const { files } = desk()
  await files.admit(one, recordOf(tree, '/r', { storageMode: 'memory' }))
  await files.admit(two, recordOf(tree, '/r', { facts: undefined, source: torrentRecord().source }))
  await files.admit('3', recordOf(sameFiles))
})

ownership('a magnet whose files turn out to belong to another may not write them', async () => {
  const { files } = desk()
  const magnet = recordOf(sameFiles)
  await files.admit(one, { ...magnet, source: { ...magnet.source, rawInfo: undefined }, facts: undefined })
  await files.admit(two, recordOf(tree))
  files.hold(one, magnet)
  assert.is(await codeOf(files.permit(keyOf(one, magnet))), 'file_in_use')
})

ownership('deletion spares the files that another torrent has too', async () => {
  const { files, complete } = desk()
  const [owner, guest] = [recordOf(tree), recordOf({ name: 'b' }, '/r/tree/deep')]
  await files.admit(one, owner)
  complete.add(owner.infoHash)
  await files.admit(two, guest)
  files.leave(keyOf(one, owner), 'removal', true)
  assert.equal(await files.spared('removal'), ['tree/deep/b'])
})

ownership('deletion spares the files of the same torrent where it was added again', async () => {
  const { files } = desk()
  const owner = recordOf(tree)
  await files.admit(one, owner)
  files.leave(keyOf(one, owner), 'removal', true)
  assert.equal(await files.spared('removal'), [])
  await files.admit(one, owner)
  assert.equal(await files.spared('removal'), ['tree/a', 'tree/deep/b'])
})

ownership('of two that are deleted together neither spares the other', async () => {
  const { files, complete } = desk()
  const [owner, guest] = [recordOf(tree), recordOf(sameFiles)]
  await files.admit(one, owner)
  complete.add(owner.infoHash)
  await files.admit(two, guest)
  files.leave(keyOf(one, owner), 'first', true)
  files.leave(keyOf(two, guest), 'second', true)
  assert.equal([await files.spared('first'), await files.spared('second')], [[], []])
})

ownership(
  'what a removed torrent had elsewhere is left where it was added again, and removed again',
  async () => {
    const { files } = desk()
    const elsewhere = { saveFolder: '/e', savePath: 'e' }
    const first = recordOf(tree, '/r', { elsewhere })
    const again = recordOf(tree, '/e')
    files.hold(one, first)
    files.leave(keyOf(one, first), 'first', false)
    assert.equal(await files.sparedAt(one, first, elsewhere, 'first'), [])
    files.hold(one, again)
    const all = ['tree/a', 'tree/deep/b']
    assert.equal(await files.sparedAt(one, first, elsewhere, 'first'), all)
    files.leave(keyOf(one, again), 'again', false)
    assert.equal(await files.sparedAt(one, first, elsewhere, 'first'), all)
  },
)

ownership('files that are being deleted are in use until they are gone', async () => {
  const { files } = desk()
  const owner = recordOf(tree)
  await files.admit(one, owner)
  files.leave(keyOf(one, owner), 'removal', true)
  assert.is(await codeOf(files.admit(two, recordOf(sameFiles))), 'file_in_use')
  await files.admit(one, owner) // the session's worker takes both in turn
  files.release('removal')
})

ownership('who follows a torrent that is being closed writes when it is closed', async () => {
  const { files } = desk()
  const [owner, next] = [recordOf(tree), recordOf(sameFiles)]
  await files.admit(one, owner)
  files.leave(keyOf(one, owner), 'removal', false)
  await files.admit(two, next)
  let mayWrite = false
  const permit = files.permit(keyOf(two, next)).then(() => (mayWrite = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.is(mayWrite, false)
  files.release('removal')
  await permit
})

ownership('a session that is deleted gives its files free, those to be deleted once they are', async () => {
  const { files } = desk()
  const [closing, doomed] = [recordOf({ name: 'closing' }), recordOf({ name: 'doomed' })]
  for (const record of [recordOf(tree), closing, doomed]) await files.admit(one, record)
  files.leave(keyOf(one, closing), 'closed', false)
  files.leave(keyOf(one, doomed), 'deleted', true)
  files.releaseSession(one)
  await files.admit(two, recordOf(sameFiles))
  await files.admit(two, closing)
  assert.is(await codeOf(files.admit(two, doomed)), 'file_in_use')
  files.release('deleted')
  await files.admit(two, doomed)
})

ownership('after a restart one that has written comes before one that was refused', async () => {
  const { files } = desk()
  const counters = noCounters
  const checkpoint = { bits: new Uint8Array(1), files: [], openForWriting: [], counters }
  const refused = recordOf(tree, '/r', { addedAt: 1 })
  const owner = recordOf(sameFiles, '/r', { addedAt: 2, resume: { checkpoint, clean: true } })
  const sessions = [refused, owner].map((record, at) => {
    const records = new SessionRecords(sessionRecord({ id: String(at) }))
    records.restore([record], [])
    return records
  })
  holdRestored(files, sessions)
  await files.permit(keyOf('1', owner))
  assert.is(await codeOf(files.permit(keyOf('0', refused))), 'file_in_use')
})

ownership.run()
