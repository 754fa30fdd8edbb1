import { mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { FolderAnswer } from '../../../src/protocol/tasks.ts'
import { resolveUnderRoot } from '../../../src/worker/tasks/resolve-folder.ts'
import { codeOf } from '../../support/code-of.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const folders = suite('src/worker/tasks/resolve-folder')

const place = realpathSync(temporaryFolder())
const rootDir = join(place, 'u1')
const reservedDir = join(place, 'kept')
for (const name of ['u1/inside/deep', 'u10', 'kept/downloads', 'elsewhere']) {
  mkdirSync(join(place, name), { recursive: true })
}
writeFileSync(join(rootDir, 'file'), 'x')
symlinkSync(join(place, 'elsewhere'), join(rootDir, 'out'))
symlinkSync(join(rootDir, 'inside'), join(rootDir, 'in'))
symlinkSync(join(place, 'not yet there'), join(rootDir, 'dangling'))
symlinkSync('loop', join(rootDir, 'loop'))
symlinkSync(rootDir, join(place, 'link to root'))

const resolve = (path: string, request: { rootDir?: string; root?: string; neededBytes?: number } = {}) =>
  resolveUnderRoot({ rootDir, root: '', reservedDir, path, neededBytes: 0, ...request })

const named = ({ folder, relative }: FolderAnswer) => [folder, relative]

const inside: [path: string, relative: string, folder: string][] = [
  ['inside', 'inside', 'inside'],
  ['not/yet/there', 'not/yet/there', 'not/yet/there'],
  ['.', '.', ''],
  ['inside/../inside/./deep/', 'inside/deep', 'inside/deep'],
  [join(rootDir, 'inside'), 'inside', 'inside'],
  [rootDir, '.', ''],
  ['in/deep', 'in/deep', 'inside/deep'],
  ['in/new', 'in/new', 'inside/new'],
  ['..inside', '..inside', '..inside'],
]
for (const [path, relative, folder] of inside) {
  folders(`${path.replace(place, '')} is inside of the root`, () => {
    const answer = resolve(path)
    assert.is(answer.folder, join(rootDir, folder))
    assert.is(answer.relative.replace(/\/$/, ''), relative)
  })
}

const outside: [why: string, path: string][] = [
  ['the parent', '..'],
  ['a way up and down again', '../u10'],
  ['a way up through what is not there', 'a/../../u10'],
  ['the sibling of a longer name', join(place, 'u10')],
  ['an absolute path elsewhere', '/etc'],
  ['the root of the file system', '/'],
  ['a link that leads out', 'out'],
  ['a folder below a link that leads out', 'out/new'],
  ['a link that leads nowhere yet', 'dangling'],
  ['a folder below a link that leads nowhere yet', 'dangling/new'],
  ['a link to itself', 'loop/x'],
]
for (const [why, path] of outside) {
  folders(`${why} is path_outside_root`, () => {
    assert.is(
      codeOf(() => resolve(path)),
      'path_outside_root',
    )
  })
}

const impossible: [why: string, path: string][] = [
  ['an empty path', ''],
  ['a NUL', 'a\0b'],
  ['a part over 255 bytes', 'ü'.repeat(128)],
  ['a path longer than the system takes', 'a/'.repeat(2040)],
  ['a file', 'file'],
  ['a folder below a file', 'file/new'],
]
for (const [why, path] of impossible) {
  folders(`${why} is invalid_path`, () => {
    assert.is(
      codeOf(() => resolve(path)),
      'invalid_path',
    )
  })
}

folders('a root that is itself a link may be named as it was set or as it really is', () => {
  const linked = { rootDir: join(place, 'link to root') }
  for (const path of ['inside', join(place, 'link to root', 'inside'), join(rootDir, 'inside')]) {
    assert.equal(named(resolve(path, linked)), [join(rootDir, 'inside'), 'inside'])
  }
  assert.is(
    codeOf(() => resolve('out', linked)),
    'path_outside_root',
  )
})

folders('the data directory is path_reserved where the root contains it, also by a link', () => {
  symlinkSync(reservedDir, join(place, 'way in'))
  for (const path of ['kept', 'kept/x', 'kept/downloads', 'u1/../kept', reservedDir, 'way in', 'way in/x']) {
    assert.is(
      codeOf(() => resolve(path, { rootDir: place })),
      'path_reserved',
    )
  }
  assert.is(resolve('u1', { rootDir: place }).relative, 'u1')
})

folders('the downloads folder of the data directory is open where it is the root', () => {
  const downloads = { rootDir: join(reservedDir, 'downloads') }
  assert.is(resolve('x', downloads).folder, join(reservedDir, 'downloads', 'x'))
  assert.is(
    codeOf(() => resolve('..', downloads)),
    'path_outside_root',
  )
})

folders('the data directory as the root is path_reserved', () => {
  assert.is(
    codeOf(() => resolve('x', { rootDir: reservedDir })),
    'path_reserved',
  )
})

folders('more bytes than are free are insufficient_space, also for a folder that is not there yet', () => {
  for (const path of ['inside', 'not/yet/there']) {
    assert.is(
      codeOf(() => resolve(path, { neededBytes: 2 ** 53 - 1 })),
      'insufficient_space',
    )
    assert.is(resolve(path, { neededBytes: 1 }).relative, path)
  }
})

folders('the root of a session confines within the root, and is made where it is missing', () => {
  const tenant = { root: 'tenants/one' }
  const folder = join(rootDir, 'tenants/one')
  assert.equal(named(resolve('x', tenant)), [join(folder, 'x'), 'x'])
  assert.ok(statSync(folder).isDirectory())
  assert.equal(named(resolve(join(folder, 'y'), tenant)), [join(folder, 'y'), 'y'])
  mkdirSync(join(rootDir, 'tenants/one-more'))
  symlinkSync('../one-more', join(folder, 'neighbour'))
  const ways = ['..', '../one-more', '../../file', rootDir, `${folder}-more`, 'neighbour', 'neighbour/x']
  for (const way of ways) {
    assert.is(
      codeOf(() => resolve(way, tenant)),
      'path_outside_root',
      way,
    )
  }
})

folders(
  'the root of a session is no link, also to a folder of another one, and not the data directory',
  () => {
    symlinkSync('inside', join(rootDir, 'linked'))
    for (const root of ['linked', 'linked/deep', 'out', 'file', 'file/x', 'dangling']) {
      const code = codeOf(() => resolve('x', { root }))
      assert.ok(['path_outside_root', 'disk_failed'].includes(String(code)), `${root}: ${String(code)}`)
    }
    assert.is(
      codeOf(() => resolve('x', { rootDir: place, root: 'kept/backups' })),
      'path_reserved',
    )
  },
)

folders('an error tells no path outside of the root', () => {
  try {
    resolve('out')
    assert.unreachable('it is outside')
  } catch (error) {
    assert.not.match((error as Error).message, place)
  }
})

folders.run()
