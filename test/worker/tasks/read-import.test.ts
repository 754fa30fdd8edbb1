import { spawnSync } from 'node:child_process'
import { noCounters } from '../../../src/protocol/counters.ts'
import { hash } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs' // prettier-ignore
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'
import { factsOf } from '../../../src/protocol/records.ts'
import {
  importStart,
  type ImportPart,
  type ImportPlace,
  type TransferredTorrent,
} from '../../../src/protocol/session-export.ts'
import { parseInfo } from '../../../src/protocol/torrent-info.ts'
import { readImport } from '../../../src/worker/tasks/read-import.ts'
import { writeExport } from '../../../src/worker/tasks/write-export.ts'
import { contentBytes } from '../../support/content.ts'
import { codeOf } from '../../support/code-of.ts'
import { makeMetainfo, type MadeMetainfo } from '../../support/metainfo.ts'
import { sessionRecord } from '../../support/session-record.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

type Made = Pick<MadeMetainfo, 'rawInfo' | 'infoHash'>

const reading = suite('src/worker/tasks/read-import')
const name = 'session.jsonl'
const {
  owner: _owner,
  root: _root,
  quotas: _quotas,
  started: _,
  ...session
} = sessionRecord({ name: 'mine' })

function torrent(fields: Partial<TransferredTorrent> = {}, made: Made = makeMetainfo()): TransferredTorrent {
  const { infoHash } = made
  const rawInfo = new Uint8Array(made.rawInfo)
  const { saveFolder: _, bits: _bits, source, ...rest } = torrentRecord()
  const counters = { ...noCounters, downloaded: 5, uploaded: 7, activeTimeMs: 9, finishedAt: 3 }
  const facts = factsOf(parseInfo(rawInfo))
  return { ...rest, infoHash, source: { ...source, rawInfo }, facts, counters, ...fields }
}

/** A torrent whose metainfo is large; nobody has its content. */
function bulky(at: number): Made {
  const pieces = contentBytes(`bulky ${at}`, 8000 * 20)
  const info = { length: 8000 * 16_384, name: 'bulky', 'piece length': 16_384, pieces }
  const rawInfo = Buffer.from(encodeBencode(info))
  return { rawInfo, infoHash: hash('sha1', rawInfo, 'hex') }
}

const magnet = torrent({
  infoHash: 'b'.repeat(40),
  facts: undefined,
  source: { ...torrentRecord().source, rawInfo: undefined, trackers: [['udp://tracker.example:80']] },
})

/** A data directory in which what was exported stands to be imported. */
function exported(torrents: readonly TransferredTorrent[]): string {
  const dataDir = temporaryFolder()
  writeExport({ dataDir, name, head: { session, torrentCount: torrents.length }, torrents, last: true })
  renameSync(join(dataDir, 'exports'), join(dataDir, 'imports'))
  return dataDir
}

/** A data directory with this text as the file to import. */
function written(text: string): string {
  const dataDir = temporaryFolder()
  mkdirSync(join(dataDir, 'imports'))
  writeFileSync(join(dataDir, 'imports', name), text)
  return dataDir
}

function readAll(dataDir: string): ImportPart[] {
  const parts: ImportPart[] = []
  let place: ImportPlace | undefined = importStart
  while (place !== undefined) {
    const part: ImportPart = readImport({ dataDir, name, place })
    parts.push(part)
    place = part.next
  }
  return parts
}

const textOf = (dataDir: string): string => readFileSync(join(dataDir, 'imports', name), 'utf8')
const refusedBy = (text: string): string | undefined => codeOf(() => readAll(written(text)))

reading('what was written is read as it was', () => {
  const torrents = [torrent(), magnet, torrent({ quarantine: 'why', started: false }, bulky(0))]
  const [part] = readAll(exported(torrents))
  assert.equal(part?.head, { session, torrentCount: 3 })
  assert.equal(part?.torrents, torrents)
})

reading('a large file is read part by part, each torrent once', () => {
  const torrents = Array.from({ length: 60 }, (_, at) => torrent({}, bulky(at)))
  const parts = readAll(exported(torrents))
  assert.ok(parts.length > 1)
  assert.equal(parts.map(({ head }) => head !== undefined).indexOf(true, 1), -1)
  assert.equal(
    parts.flatMap((part) => part.torrents.map(({ infoHash }) => infoHash)),
    torrents.map(({ infoHash }) => infoHash),
  )
})

reading('an export that is written in parts is one file, which has its name at the end only', () => {
  const dataDir = temporaryFolder()
  const names = () => readdirSync(join(dataDir, 'exports'))
  writeExport({ dataDir, name, head: { session, torrentCount: 2 }, torrents: [torrent()], last: false })
  assert.equal(names(), [`${name}.unfinished`])
  writeExport({ dataDir, name, head: undefined, torrents: [magnet], last: true })
  assert.equal(names(), [name])
  renameSync(join(dataDir, 'exports'), join(dataDir, 'imports'))
  assert.is(readAll(dataDir)[0]?.torrents.length, 2)
})

reading('an export holds neither a folder of this host nor a bit', () => {
  const text = textOf(exported([torrent()]))
  assert.not.match(text, '/nowhere')
  assert.not.match(text, 'bits')
})

reading('what is no export is invalid_import', () => {
  const whole = textOf(exported([torrent()]))
  const [head = '', line = ''] = whole.split('\n')
  const other = makeMetainfo({ seed: 'other' }).rawInfo.toString('base64')
  const broken: Record<string, string> = {
    empty: '',
    'no json': 'x\n',
    'no head': `${line}\n`,
    'another version': whole.replace('"version":1', '"version":2'),
    'an unknown field': whole.replace('"version":1', '"version":1,"more":1'),
    'an unknown field of a torrent': whole.replace('"savePath"', '"more":1,"savePath"'),
    'a wrong type': whole.replace('"started":true', '"started":1'),
    'cut in a line': whole.slice(0, -10),
    'metainfo of another torrent': whole.replace(/"metainfo":"[^"]+"/, `"metainfo":"${other}"`),
    'metainfo that is no base64': whole.replace(/"metainfo":"/, '"metainfo":"!'),
    'an id that is none': whole.replace(session.id, '../../etc'),
    'a tracker that is none': `${head}\n${line.replace('"trackers":[]', '"trackers":[["file:///etc"]]')}\n`,
    'binary zeros': '\0'.repeat(1000),
  }
  for (const [what, text] of Object.entries(broken)) assert.is(refusedBy(text), 'invalid_import', what)
})

reading('a file that is not there, a link and a FIFO are not_found', () => {
  const dataDir = written('')
  const folder = join(dataDir, 'imports')
  symlinkSync(join(folder, name), join(folder, 'link'))
  assert.is(spawnSync('mkfifo', [join(folder, 'fifo')]).status, 0)
  mkdirSync(join(folder, 'folder'))
  for (const absent of ['nothing', 'link', 'fifo', 'folder'])
    assert.is(
      codeOf(() => readImport({ dataDir, name: absent, place: importStart })),
      'not_found',
      absent,
    )
})

reading('a refusal names the line, also in a later part', () => {
  const torrents = Array.from({ length: 60 }, (_, at) => torrent({}, bulky(at)))
  const dataDir = written(`${textOf(exported(torrents))}nonsense\n`)
  assert.throws(() => readAll(dataDir), /^line 62: is no JSON$/)
})

reading('a line without an end is given up, however long', () => {
  const dataDir = written('')
  for (let at = 0; at < 20; at += 1)
    appendFileSync(join(dataDir, 'imports', name), Buffer.alloc(1024 * 1024, 0x20))
  assert.is(
    codeOf(() => readAll(dataDir)),
    'invalid_import',
  )
})

reading('a folder that cannot be written is told, and nothing is left', () => {
  const dataDir = temporaryFolder()
  writeFileSync(join(dataDir, 'exports'), '')
  const write = () => writeExport({ dataDir, name, head: undefined, torrents: [], last: true })
  assert.is(codeOf(write), 'disk_failed')
  assert.equal(readdirSync(dataDir), ['exports'])
})

reading.run()
