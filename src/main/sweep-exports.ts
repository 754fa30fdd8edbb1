import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { exportsFolder, unfinishedExport } from '../protocol/session-export.ts'

/** Removes what a process before left of exports that it was writing when it ended. Called once, at the start. */
export function sweepExports(dataDir: string): void {
  const folder = join(dataDir, exportsFolder)
  try {
    for (const name of readdirSync(folder)) if (name.endsWith(unfinishedExport)) rmSync(join(folder, name))
  } catch {
    // there is none, or it cannot be changed: what is left takes up room and nothing else
  }
}
