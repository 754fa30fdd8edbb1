import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from './settings.ts'

/** Makes the data directory, and the root folder only where it is the default one. */
export function prepareFolders(settings: Settings): { dataDir: string; rootDir: string } {
  const { RESTTORRENT_DATA_DIR: dataDir, RESTTORRENT_ROOT_DIR: named } = settings
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const rootDir = named === '' ? join(dataDir, 'downloads') : named
  if (named === '') mkdirSync(rootDir, { recursive: true })
  realpathSync(rootDir) // it must exist; callers may name it as it was set or as it really is
  return { dataDir: realpathSync(dataDir), rootDir }
}
