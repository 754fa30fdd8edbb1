import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { withCommandsTable } from '../build/commands-table.ts'
import { settingsMarkdown } from '../build/settings-table.ts'
import { suite } from './support/suite.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
const test = suite('README.md')

test('its table of settings is that of the program', () => {
  const squeezed = readme.replaceAll(/ {2,}/g, ' ').replaceAll(/-{4,}/g, '---')
  for (const line of settingsMarkdown().split('\n')) {
    const row = line.replaceAll(/ {2,}/g, ' ')
    assert.ok(squeezed.includes(row), `the README lacks the row ${row}`)
  }
})

test('its table of commands is the command table', () => {
  assert.is(withCommandsTable(readme), readme, 'run `npm run docs`')
  assert.match(readme, /\| `get_session_list` +\| GET \/v1\/sessions +\|/)
})

test('its first lines are the two that start and test the project', () => {
  assert.match(readme, /```sh\nnpm ci && npm start\nnpm ci && npm test\n```/)
})

test.run()
