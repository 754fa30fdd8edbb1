import * as assert from 'uvu/assert'
import { SessionBoard } from '../../../src/main/board/session-board.ts'
import { rowAsGiven, rowOfRecord } from '../../../src/protocol/records.ts'
import { noTotals } from '../../../src/protocol/session-rpc.ts'
import type { TorrentRow } from '../../../src/protocol/torrent.ts'
import { eventually, suite } from '../../support/suite.ts'
import { torrentRecord } from '../../support/torrent-record.ts'

const board = suite('src/main/board/session-board')
const record = torrentRecord()
const { infoHash } = record
const busy: Partial<TorrentRow> = {
  state: 'downloading',
  progress: 0.5,
  download_rate: 1000,
  upload_rate: 10,
  num_peers: 3,
  num_seeds: 2,
  eta_ms: 500,
  downloaded: 500,
}
const totals = { download_rate: 1000, upload_rate: 10, num_peers: 3 }

function boardWith(fields: Partial<TorrentRow>): SessionBoard {
  const made = new SessionBoard()
  made.expect(record)
  made.take({ type: 'snapshot', at: 1, rows: [{ ...rowOfRecord(record), ...fields }], totals })
  return made
}

board('the list is the JSON of what the worker reported', () => {
  const rows = [{ ...rowOfRecord(record), ...busy }]
  assert.is(boardWith(busy).torrents.parts().join(''), JSON.stringify({ status: 'success', torrents: rows }))
})

board('late rows of removed torrents are dropped', () => {
  const made = boardWith(busy)
  made.forget(infoHash)
  const { etag } = made.torrents
  made.take({ type: 'snapshot', at: 2, rows: [rowOfRecord(record)], totals })
  assert.is(made.torrents.size, 0)
  assert.is(made.torrents.etag, etag)
})

board('a row of before a move does not bring the save path of then back', () => {
  const made = boardWith(busy)
  made.rename({ ...record, savePath: 'elsewhere' })
  made.take({ type: 'snapshot', at: 2, rows: [rowOfRecord(record)], totals })
  assert.is(made.torrents.get(infoHash)?.save_path, 'elsewhere')
})

board('a row of before a change is shown with what callers call the torrent since', () => {
  const late = rowOfRecord(record)
  const options = { ...record.options, labels: ['new'], metadata: { kept: 'too' }, display_name: 'called' }
  const { name, labels, metadata, ...rest } = rowAsGiven(late, { ...record, options })
  assert.equal({ name, labels, metadata }, { name: 'called', labels: ['new'], metadata: { kept: 'too' } })
  const { name: _name, labels: _labels, metadata: _metadata, ...unchanged } = late
  assert.equal(rest, unchanged)
  const unnamed = { ...record, facts: undefined }
  assert.is(rowAsGiven({ ...late, name: 'of the metadata' }, unnamed).name, 'of the metadata')
})

board('a report without rows changes totals and age, and not the list', () => {
  const made = boardWith(busy)
  const body = made.torrents.parts()
  made.take({ type: 'snapshot', at: 2, rows: [], totals: { ...totals, num_peers: 9 } })
  assert.is(made.torrents.parts(), body)
  assert.is(made.totals.num_peers, 9)
  assert.is(made.ageMs(Date.now() - 1000), 0)
})

board('what is confirmed is as fresh as what is reported, once for each time', async () => {
  const made = boardWith(busy)
  const body = made.torrents.parts()
  await eventually(5000, 'it grows old', () => made.ageMs(Date.now()) > 50)
  made.confirm(0)
  assert.ok(made.ageMs(Date.now()) > 50, 'nothing was told')
  const at = Date.now()
  made.confirm(1)
  assert.ok(made.ageMs(at) === 0)
  assert.is(made.torrents.parts(), body)
})

board('after a crash rates and peers are gone, and progress and counters stay', () => {
  const made = boardWith(busy)
  made.rest([record])
  const row = made.torrents.get(infoHash)
  assert.equal(row, {
    ...rowOfRecord(record),
    ...busy,
    state: 'checking_resume_data',
    download_rate: 0,
    upload_rate: 0,
    num_peers: 0,
    num_seeds: 0,
    eta_ms: null,
  })
  assert.equal(made.totals, noTotals)
})

board('after a crash a torrent in error keeps its error', () => {
  const error = { code: 'disk_full', message: 'cannot write x: ENOSPC' } as const
  const made = boardWith({ state: 'error', error })
  made.rest([record])
  assert.is(made.torrents.get(infoHash)?.state, 'error')
  assert.equal(made.torrents.get(infoHash)?.error, error)
})

board('a quarantined torrent is shown as such with its reason, whatever it was before', () => {
  for (const state of ['error', 'downloading'] as const) {
    const made = boardWith({ state })
    made.rest([{ ...record, quarantine: 'it ended the worker twice' }])
    assert.is(made.torrents.get(infoHash)?.state, 'quarantined')
    assert.is(made.torrents.get(infoHash)?.error?.message, 'it ended the worker twice')
  }
})

board('a rest shows no torrent that was not shown before', () => {
  const made = new SessionBoard()
  made.rest([record])
  assert.is(made.torrents.size, 0)
})

board.run()
