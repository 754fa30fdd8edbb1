/** Applies the patches of the engine as it is bundled; a text that is not there once fails the build. */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Plugin } from 'esbuild'
import { oneDiffieHellman } from './patches/one-diffie-hellman.ts'
import type { Patch } from './patches/patch.ts'
import { seedStatus } from './patches/seed-status.ts'

export const patches: readonly Patch[] = [oneDiffieHellman, ...seedStatus]

export const applyPatches: Plugin = {
  name: 'apply-patches',
  setup(bundle) {
    const { absWorkingDir = process.cwd() } = bundle.initialOptions
    const files = [...new Set(patches.map(({ file }) => file))]
    const filter = new RegExp(`/node_modules/(${files.join('|').replaceAll('.', '\\.')})$`)
    bundle.onLoad({ filter }, async ({ path }) => {
      const file = relative(`${absWorkingDir}/node_modules`, path)
      return { contents: patched(file, await readFile(path, 'utf8')), loader: 'js' }
    })
  },
}

/** The text of a file of the engine with its patches; throws naming what does not fit. */
export function patched(file: string, text: string): string {
  return patches
    .filter((patch) => patch.file === file)
    .reduce((result, { find, replacement }) => {
      const parts = result.split(find)
      if (parts.length === 2) return parts.join(replacement)
      throw new Error(`${file} has ${parts.length - 1} places for a patch of: ${find}`)
    }, text)
}
