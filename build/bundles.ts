/**
 * What dist/ is made of: the program, and one bundle for each kind of worker thread. The session worker's
 * holds the engine, changed as `engine/` says.
 */
import { join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { applyPatches } from './engine/apply-patches.ts'
import { leaveOut } from './engine/leave-out.ts'
import { strictBencode } from './engine/strict-bencode.ts'
import { nodeOwn } from './node-own.ts'

export const root = join(import.meta.dirname, '..')

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outdir: 'dist',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
  // CommonJS inside of a bundle asks for Node's own modules by require
  banner: {
    js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  },
}

/** How anything that holds the engine is bundled, the session worker as well as what tests a part of it. */
export const withEngine: BuildOptions = { ...common, plugins: [leaveOut, strictBencode, applyPatches] }

export const bundles: readonly BuildOptions[] = [
  {
    ...common,
    entryPoints: { main: 'src/main/main.ts' },
    packages: 'external',
    splitting: true,
    chunkNames: 'main-[hash]',
  },
  {
    ...withEngine,
    plugins: [...(withEngine.plugins ?? []), nodeOwn],
    entryPoints: { 'worker-session': 'src/worker/session/entry.ts' },
    splitting: true, // the engine is a chunk of its own, loaded with the first torrent
    chunkNames: 'engine-[hash]',
  },
  {
    ...common,
    entryPoints: { client: 'src/client/client.ts' },
    packages: 'external',
    platform: 'neutral', // for browsers too
    banner: {},
  },
  {
    ...common,
    plugins: [nodeOwn],
    entryPoints: { 'worker-pieces': 'src/worker/session/piece-thread/entry.ts' },
  },
  { ...common, plugins: [nodeOwn], entryPoints: { 'worker-tasks': 'src/worker/tasks/entry.ts' } },
  { ...common, plugins: [nodeOwn], entryPoints: { 'worker-store': 'src/worker/store/entry.ts' } },
]
