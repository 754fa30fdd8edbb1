/** Bundles the engine's parsers as the build does, and loads them. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { withEngine } from '../../build/bundles.ts'
import type * as EngineEntry from './engine-entry.ts'
import { temporaryFolder } from '../support/suite.ts'

export async function loadEngine(): Promise<typeof EngineEntry> {
  const outfile = join(temporaryFolder(), 'engine-entry.mjs')
  const { outdir: _, ...options } = withEngine
  await build({
    ...options,
    entryPoints: [join(import.meta.dirname, 'engine-entry.ts')],
    outfile,
    write: true,
  })
  return (await import(pathToFileURL(outfile).href)) as typeof EngineEntry
}
