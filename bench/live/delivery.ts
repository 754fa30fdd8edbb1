/** When clients heard of changes, and whether each heard of all. */
import { percentiles } from '../percentiles.ts'
import type { RestClient } from '../rest-client.ts'
import type { ClientsReport } from './clients.ts'
import type { FollowingClients } from './following.ts'
import type { Change, ChangedTorrent } from './label-changes.ts'

/** What clients heard; throws where one missed something or does not show what a fresh list shows. */
export async function heardBy(
  following: FollowingClients,
  client: RestClient,
  torrents: readonly ChangedTorrent[],
): Promise<ClientsReport[]> {
  const reports = await following.reports()
  const gaps = reports.reduce((sum, one) => sum + one.gaps, 0)
  if (gaps > 0) throw new Error(`${gaps} updates did not follow on the one before`)
  for (const sessionId of new Set(torrents.map((one) => one.sessionId)))
    for (const { info_hash, labels } of await client.torrents(sessionId))
      for (const one of reports)
        if (one.labels[`${sessionId} ${info_hash}`]?.join() !== labels.join())
          throw new Error(`a client does not show ${labels.join()} of ${info_hash}`)
  return reports
}

/** From the answer of each change until each client heard of it; `requestP99Ms`: from its request. */
export function deliveryOf(
  changes: ReadonlyMap<number, Change>,
  reports: readonly ClientsReport[],
  clients: number,
): Readonly<Record<'p50Ms' | 'p99Ms' | 'maxMs' | 'requestP99Ms', number>> {
  const [sinceAnswer, sinceRequest]: [number[], number[]] = [[], []]
  for (const { heard } of reports)
    for (const [number, times] of heard) {
      const change = changes.get(number)
      if (change === undefined) continue
      for (const at of times) {
        sinceAnswer.push(at - change.answeredAt)
        sinceRequest.push(at - change.sentAt)
      }
    }
  if (sinceAnswer.length !== changes.size * clients) throw new Error('not every client heard of every change')
  return { ...percentiles(sinceAnswer), requestP99Ms: percentiles(sinceRequest).p99Ms }
}
