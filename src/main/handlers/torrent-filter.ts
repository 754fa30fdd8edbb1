/** Which torrents a list is to show. */
import type { TorrentRecord } from '../../protocol/records.ts'
import type { TorrentQuery } from '../../protocol/torrent-list.ts'
import type { TorrentRow } from '../../protocol/torrent.ts'

/** Whether a torrent fits; `record` is asked for only where its row does not tell. */
export type TorrentFilter = (row: TorrentRow, record: () => TorrentRecord | undefined) => boolean

/** The hosts of a torrent's trackers, found out once for each list of trackers. */
const hostsOf = new WeakMap<TorrentRecord['source']['trackers'], readonly string[]>()

/** What a query asks for, its sort and page aside. */
export function filterOf(query: TorrentQuery): TorrentFilter {
  const filters: TorrentFilter[] = []
  if (query.hashes !== undefined) {
    const named = new Set(query.hashes)
    filters.push(({ info_hash }) => named.has(info_hash))
  }
  if (query.state !== undefined) {
    const states = new Set(query.state)
    filters.push(({ state }) => states.has(state))
  }
  if (query.has_error !== undefined) filters.push(({ error }) => (error !== undefined) === query.has_error)
  const { label } = query
  if (label !== undefined) filters.push(({ labels }) => labels.includes(label))
  if (query.name !== undefined) {
    const wanted = query.name.toLowerCase()
    filters.push(({ name }) => name.toLowerCase().includes(wanted))
  }
  if (query.private !== undefined) filters.push((_, record) => record()?.facts?.private === query.private)
  if (query.tracker !== undefined) {
    const wanted = query.tracker.toLowerCase()
    filters.push((_, record) => trackerHosts(record()).some((host) => isOf(host, wanted)))
  }
  return (row, record) => filters.every((fits) => fits(row, record))
}

function trackerHosts(record: TorrentRecord | undefined): readonly string[] {
  const trackers = record?.source.trackers
  if (trackers === undefined) return []
  const known = hostsOf.get(trackers)
  if (known !== undefined) return known
  const urls = trackers.flat().flatMap((text) => URL.parse(text) ?? [])
  const hosts = [...new Set(urls.map(({ hostname }) => hostname.toLowerCase()))]
  hostsOf.set(trackers, hosts)
  return hosts
}

function isOf(host: string, wanted: string): boolean {
  return host === wanted || host.endsWith(`.${wanted}`)
}
