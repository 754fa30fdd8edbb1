/** Measures how long the store takes for what is written to it. */
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Journal } from '../records/journal.ts'

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** The same journal, measured. */
export function measuredJournal(register: Registry, journal: Journal): Journal {
  const durations = new Histogram({
    name: 'resttorrent_store_write_duration_seconds',
    help: 'From handing a write to the store until it is durable',
    buckets: seconds,
    registers: [register],
  })
  const failures = new Counter({
    name: 'resttorrent_store_write_failures_total',
    help: 'Writes that the store refused or did not answer in time',
    registers: [register],
  })
  return {
    write: async (...operations) => {
      const from = performance.now()
      try {
        await journal.write(...operations)
      } catch (error) {
        failures.inc()
        throw error
      } finally {
        durations.observe((performance.now() - from) / 1000)
      }
    },
  }
}
