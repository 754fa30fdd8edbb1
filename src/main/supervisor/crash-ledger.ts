/** Which torrents were being opened when a session's worker crashed, and how often in a row. */
import type { TorrentRecord } from '../../protocol/records.ts'

const crashesToQuarantine = 2

export class CrashLedger {
  #crashes = new Map<string, number>()

  /** Notes a crash during which these torrents were being opened. Gives those to be quarantined. */
  note(activating: Iterable<string>): string[] {
    const before = this.#crashes
    this.#crashes = new Map(Array.from(activating, (infoHash) => [infoHash, (before.get(infoHash) ?? 0) + 1]))
    return [...this.#crashes]
      .filter(([, crashes]) => crashes >= crashesToQuarantine)
      .map(([infoHash]) => infoHash)
  }

  /** Suspects of the last crash come last, so that they cannot take others with them. */
  replayOrder(records: Iterable<TorrentRecord>): TorrentRecord[] {
    const suspicion = (record: TorrentRecord): number => this.#crashes.get(record.infoHash) ?? 0
    return [...records].sort((a, b) => suspicion(a) - suspicion(b))
  }
}
