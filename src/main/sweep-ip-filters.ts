import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ipFiltersFolder } from '../protocol/ip-filter-source.ts'

/** Removes copies of filters whose sessions are gone. Called once, at the start. */
export function sweepIpFilters(dataDir: string, sessionIds: readonly string[]): void {
  const folder = join(dataDir, ipFiltersFolder)
  try {
    for (const name of readdirSync(folder)) {
      if (!sessionIds.some((id) => name.startsWith(`${id}-`))) rmSync(join(folder, name))
    }
  } catch {
    // there is none, or it cannot be changed: what is left takes up room and nothing else
  }
}
