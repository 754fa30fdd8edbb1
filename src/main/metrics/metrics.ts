/**
 * What Prometheus reads. Owns one registry for each program; everything in it is known to main, so no
 * scrape waits for a worker or a disk.
 */
import type { Server } from 'node:http'
import { Registry } from 'prom-client'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { Board } from '../board/board.ts'
import type { Page } from '../handlers/page.ts'
import type { Journal } from '../records/journal.ts'
import { addHttpMetrics } from './http-metrics.ts'
import { addProcessMetrics, type Gauged } from './process-metrics.ts'
import { addSessionMetrics } from './session-metrics.ts'
import { measuredJournal } from './store-metrics.ts'

export class Metrics {
  readonly #register = new Registry()
  #release: (() => void) | undefined

  /** The same journal, its latency measured. */
  measured(journal: Journal): Journal {
    return measuredJournal(this.#register, journal)
  }

  /** Begins to measure sessions, the process and the server's requests. */
  measure(board: Board, gauged: Gauged, server: Server): void {
    addSessionMetrics(this.#register, board)
    addProcessMetrics(this.#register, gauged)
    this.#release = addHttpMetrics(this.#register, server)
  }

  /** `/metrics` in the text format of Prometheus; it tells of all sessions, so the caller has to see all. */
  page(): Page {
    return {
      path: '/metrics',
      isPublic: false,
      contentType: this.#register.contentType,
      body: async ({ seesAll }) => {
        if (!seesAll) throw new RestTorrentError('forbidden', 'metrics need a key of all sessions')
        return await this.#register.metrics()
      },
    }
  }

  close(): void {
    this.#release?.()
  }
}
