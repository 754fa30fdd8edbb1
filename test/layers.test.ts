import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'
import * as assert from 'uvu/assert'
import { suite } from './support/suite.ts'

const root = resolve(import.meta.dirname, '..')
const engine = 'src/worker/session/engine/'
const threadEntries = 'src/main/threads/entries.ts'
const bannedName = /^(utils?|helpers?|common|shared|misc|services?|managers?|types?|index)$/
const lineLimit = 250

/** What a part of src may import of the others; itself is always allowed. */
const parts: Record<string, readonly string[]> = {
  protocol: [],
  outward: ['protocol'],
  main: ['protocol', 'outward'],
  worker: ['protocol', 'outward'],
  client: ['protocol'],
}

/** The areas of main from top to bottom; a file imports its own row and those below. Any other file is program. */
const mainRows = [
  ['program'],
  ['http', 'realtime'],
  ['handlers', 'live', 'metrics', 'pages', 'webhooks'],
  ['access', 'content', 'jobs', 'supervisor', 'board', 'records', 'files', 'filters', 'history', 'lsd'],
  ['threads'],
  ['log'],
]

/** What some areas of main reach through the row between only. */
const mainNever: Record<string, readonly string[]> = {
  http: ['content', 'jobs', 'supervisor', 'board', 'records', 'files', 'threads'],
  realtime: ['content', 'jobs', 'supervisor', 'board', 'records', 'files', 'threads'],
}

/** Packages that may be imported; what the engine is made of is no direct dependency of ours. */
const dependencies = packagesOf('package.json', 'dependencies')
const engineParts = ['webtorrent', ...packagesOf('node_modules/webtorrent/package.json', 'dependencies')]
const protocolPackages = ['zod', 'ipaddr.js']

interface Source {
  path: string
  lines: number
  files: string[]
  packages: string[]
  workerUrls: string[]
}

const sources = globSync('src/**/*.{ts,mts,js,mjs}', { cwd: root }).sort().map(read)
const layers = suite('src')

rule('a part of src imports only the parts below it', ({ path, files }) => {
  const part = partOf(path)
  const allowed = [part, ...(parts[part] ?? ['protocol'])]
  return files.filter((file) => !allowed.includes(partOf(file)))
})

rule('protocol imports zod and ipaddr.js and nothing of Node', ({ path, packages }) =>
  partOf(path) === 'protocol' ? packages.filter((name) => !protocolPackages.includes(name)) : [],
)

rule('only the engine imports webtorrent and its parts', ({ path, packages }) =>
  packages.filter((name) => {
    if (name.startsWith('node:') || dependencies.includes(name)) return false
    return !path.startsWith(engine) || !engineParts.includes(name)
  }),
)

rule('main names the file of a thread in one place only', ({ path, workerUrls }) =>
  partOf(path) === 'main' && path !== threadEntries ? workerUrls : [],
)

rule('inside main imports run downward', ({ path, files }) => {
  if (partOf(path) !== 'main') return []
  return files.filter((file) => partOf(file) === 'main' && rowOf(file) < rowOf(path))
})

rule('http and realtime know the handlers, access and nothing below', ({ path, files }) => {
  if (partOf(path) !== 'main') return []
  const never = mainNever[areaOf(path)] ?? []
  return files.filter((file) => partOf(file) === 'main' && never.includes(areaOf(file)))
})

rule('every area of main has a row', ({ path }) =>
  partOf(path) === 'main' && rowOf(path) < 0 ? [areaOf(path)] : [],
)

rule('a name says what is in the file or folder', ({ path }) =>
  path.split('/').filter((name) => bannedName.test(stem(name))),
)

rule(`no file is longer than ${lineLimit} lines`, ({ lines }) =>
  lines > lineLimit ? [`${lines} lines`] : [],
)

rule('an imported file exists', ({ files }) => files.filter((file) => !existsSync(join(root, file))))

layers('no file imports itself through others', () => {
  assert.equal(cycles(), [])
})

/** A test that lists, for each file that breaks the rule, by what it does. */
function rule(title: string, offences: (source: Source) => string[]): void {
  layers(title, () => {
    const found = sources.flatMap((source) => offences(source).map((what) => `${source.path}: ${what}`))
    assert.equal(found, [])
  })
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
  const isFile = (name: string) => name.startsWith('.')
  return {
    path,
    lines: text.trimEnd().split('\n').length,
    files: imports.filter(isFile).map((name) => relative(root, resolve(root, dirname(path), name))),
    packages: imports.filter((name) => !isFile(name)).map(packageName),
    workerUrls: text.match(/new URL\([^)]*worker[^)]*,\s*import\.meta\.url/g) ?? [],
  }
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function packagesOf(path: string, field: string): string[] {
  const content = JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, object>
  return Object.keys(content[field] ?? {})
}

/** The folder of src that a path is in; the program's own file `src/main.ts` counts as main. */
function partOf(path: string): string {
  return stem(path.split('/')[1] ?? '')
}

function areaOf(path: string): string {
  const [, , name = '', inside] = path.split('/')
  const area = stem(name)
  return inside !== undefined || mainRows.flat().includes(area) ? area : 'program'
}

function rowOf(path: string): number {
  return mainRows.findIndex((row) => row.includes(areaOf(path)))
}

function stem(name: string): string {
  return basename(name).replace(/\..*$/, '')
}

/** Each way round that imports lead back to a file, as `a → b → a`. */
function cycles(): string[] {
  const imports = new Map(sources.map(({ path, files }) => [path, files]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, way: string[]) => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' → '))
    if (done.has(path) || way.includes(path)) return
    for (const next of imports.get(path) ?? []) visit(next, [...way, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  return found
}

layers.run()
