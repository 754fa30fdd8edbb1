/** Writes the declarations of `resttorrent/client` to dist/types, with the file names that are published. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './bundles.ts'

const folder = join(root, 'dist', 'types')

/** Makes them anew; throws where the types are wrong. */
export function writeClientTypes(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.client.json')], { stdio: 'inherit' })
  for (const name of globSync('**/*.d.ts', { cwd: folder })) {
    const file = join(folder, name)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(['"]\.[^'"\n]*)\.ts(['"])/g, '$1.js$2'))
  }
}

if (import.meta.main) writeClientTypes()
