import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { apiReference } from '../build/api-reference.ts'
import { commandNames } from '../src/protocol/commands.ts'
import { errorStatus } from '../src/protocol/errors.ts'
import { suite } from './support/suite.ts'

const docs = suite('docs')
const page = apiReference()

docs('api.md is what the command table says', () => {
  assert.is(readFileSync(join(import.meta.dirname, '../docs/api.md'), 'utf8'), page)
})

docs('every command has a section', () => {
  for (const name of commandNames) assert.match(page, `\n## ${name}\n`)
})

docs('every error code has its status and its meaning', () => {
  for (const [code, status] of Object.entries(errorStatus)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${code}\` | ${status} |`))
    assert.match(row ?? '', / \| [A-Z].+\. \|$/, code)
  }
})

/** The names that one with alternatives in braces, `a/{b,c}`, stands for. */
function written(name: string): string[] {
  const [, start, alternatives, end] = /^([^{]*){([^}]*)}(.*)$/.exec(name) ?? []
  if (alternatives === undefined) return [name]
  return alternatives.split(',').map((one) => `${start}${one}${end}`)
}

docs('every test, or folder of tests, that a page names exists', () => {
  for (const page of ['security.md', 'coverage.md']) {
    const text = readFileSync(join(import.meta.dirname, '../docs', page), 'utf8')
    const named = [...text.matchAll(/`(test\/[\w/{},-]+)`/g)].flatMap(([, name = '']) => written(name))
    assert.ok(named.length > 20)
    for (const name of named) {
      const path = name.endsWith('/') ? name : `${name}.test.ts`
      assert.ok(existsSync(join(import.meta.dirname, '..', path)), name)
    }
  }
})

docs.run()
