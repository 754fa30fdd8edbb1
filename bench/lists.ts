/**
 * Lists of 10,000 torrents that are filtered and sorted: how long main's loop is held by one turn, in CPU time
 * of its thread, which other programs on the machine do not lengthen. `node bench/lists.ts [torrents] [runs]`
 */
import { RowList } from '../src/main/board/row-list.ts'
import { TimeSlices, type Steps } from '../src/main/handlers/time-slices.ts'
import { bodySteps, pageSteps, type ListSource } from '../src/main/handlers/torrent-page.ts'
import { rowOfRecord, type TorrentRecord } from '../src/protocol/records.ts'
import type { TorrentQuery } from '../src/protocol/torrent-list.ts'
import type { TorrentRow } from '../src/protocol/torrent.ts'
import { torrentRecord } from '../test/support/torrent-record.ts'

const [torrents = 10_000, runs = 20] = process.argv.slice(2).map(Number)
const queries: Record<string, TorrentQuery> = {
  by_name: { sort: 'name' },
  first_page_by_rate: { sort: 'download_rate', order: 'desc', limit: 100 },
  text: { name: '99' },
  tracker: { tracker: 't3.example', sort: 'name' },
}
const slices = new TimeSlices()
const source = made(torrents)

for (const [name, query] of Object.entries(queries)) {
  await slices.run(listSteps(query))
  const turns: number[] = []
  let [at, isOver] = [cpuMs(), false]
  const turn = (): void => {
    const now = cpuMs()
    turns.push(now - at)
    at = now
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const begin = cpuMs()
  for (let run = 0; run < runs; run += 1) await slices.run(listSteps(query))
  const cpuMsOfList = (cpuMs() - begin) / runs
  isOver = true
  turns.sort((one, other) => one - other)
  const p99 = turns[Math.ceil(turns.length * 0.99) - 1]
  console.log(
    JSON.stringify({ bench: 'lists', name, torrents, runs, cpuMsOfList, longestTurnMs: turns.at(-1), p99 }),
  )
}

function* listSteps(query: TorrentQuery): Steps<Buffer[]> {
  const rowOf = (row: TorrentRow, session_id: string) => ({ session_id, ...row })
  return (yield* bodySteps(yield* pageSteps([source], query, rowOf))).parts()
}

function made(count: number): ListSource {
  const list = new RowList<TorrentRow>('torrents')
  const records = new Map<string, TorrentRecord>()
  const { source: usual } = torrentRecord()
  for (let at = 0; at < count; at += 1) {
    const infoHash = ((at * 7919) % 1_000_003).toString(16).padStart(40, '0')
    const trackers = [[`http://t${at % 7}.example:80/${at}/announce`]]
    const record = torrentRecord({ infoHash, addedAt: at, source: { ...usual, trackers } })
    records.set(infoHash, record)
    const name = `Name ${(at * 104_729) % 999_983}`
    list.put(infoHash, { ...rowOfRecord(record), name, download_rate: (at * 31_337) % 999_979 })
  }
  return { sessionId: 'a'.repeat(40), rows: () => list.rows(), records }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
