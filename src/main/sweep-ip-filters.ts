import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ipFiltersFolder } from '../protocol/ip-filter-source.ts'
import type { SessionRecords } from './records/session-records.ts'

/** Removes copies of filters whose sessions are not among those that are kept. Called once, at the start. */
export function sweepIpFilters(dataDir: string, kept: readonly SessionRecords[]): void {
  const folder = join(dataDir, ipFiltersFolder)
  try {
    for (const name of readdirSync(folder)) {
      if (!kept.some(({ session }) => name.startsWith(`${session.id}-`))) rmSync(join(folder, name))
    }
  } catch {
    // there is none, or it cannot be changed: what is left takes up room and nothing else
  }
}
