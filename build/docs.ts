/**
 * Writes docs/api.md from the command table and the list of errors. `--check` writes nothing and exits
 * with 1 when the file is not what it would be.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiReference } from './api-reference.ts'

const file = join(import.meta.dirname, '../docs/api.md')
const text = apiReference()

if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/api.md is not what the command table says: run `npm run docs`')
  process.exitCode = 1
}
