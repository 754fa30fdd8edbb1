/**
 * Writes docs/api.md, and the README's table of commands, from the command table and the list of errors.
 * `--check` writes nothing and exits with 1 when a file is not what it would be.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiReference } from './api-reference.ts'
import { withCommandsTable } from './commands-table.ts'

const folder = join(import.meta.dirname, '..')
const made: Record<string, (before: string) => string> = {
  'docs/api.md': apiReference,
  'README.md': withCommandsTable,
}

for (const [name, make] of Object.entries(made)) {
  const file = join(folder, name)
  const before = readFileSync(file, 'utf8')
  const text = make(before)
  if (text === before) continue
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else {
    console.error(`${name} is not what the command table says: run \`npm run docs\``)
    process.exitCode = 1
  }
}
