/**
 * Gives the engine our strict bencode in the place of the two packages that its parts import: those take
 * lengths that hang or end a thread. An import of another form fails the build.
 */
import { join } from 'node:path'
import type { OnResolveResult, Plugin } from 'esbuild'

const folder = join(import.meta.dirname, '../../src/worker/session/engine/bencode')

/** ES modules import the default; the DHT's socket, CommonJS, requires a copy that gives buffers. */
const replacements: Partial<Record<string, string>> = {
  'import-statement bencode': 'engine-bencode.ts',
  'require-call bencode': 'krpc-bencode.ts',
}

export const strictBencode: Plugin = {
  name: 'strict-bencode',
  setup(bundle) {
    bundle.onResolve({ filter: /^bencode($|\/)/ }, ({ path, kind, importer }): OnResolveResult => {
      const replacement = replacements[`${kind} ${path}`]
      if (replacement !== undefined) return { path: join(folder, replacement) }
      return { errors: [{ text: `${importer} imports ${path} by ${kind}, which nothing replaces` }] }
    })
  },
}
