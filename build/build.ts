/** Builds dist/. `--clean` empties it first. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundles, root } from './bundles.ts'
import { writeClientTypes } from './client-types.ts'

if (process.argv.includes('--clean')) rmSync(join(root, 'dist'), { recursive: true, force: true })
mkdirSync(join(root, 'dist'), { recursive: true })
const built = await Promise.all(bundles.map((options) => build(options)))
// chunks of a build before stay: a server that runs may still load one; and no file is ever there by half
for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles ?? [])) {
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, contents, { mode: path.endsWith('/main.js') ? 0o755 : 0o644 })
  renameSync(partial, path)
}
// what is published only: they take longer than all of the rest
if (process.argv.includes('--clean')) writeClientTypes()
