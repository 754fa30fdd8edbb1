import * as assert from 'uvu/assert'
import { PathTree } from '../../../src/main/files/path-tree.ts'
import { suite } from '../../support/suite.ts'

const tree = suite('src/main/files/path-tree')

function made(...paths: string[]): PathTree<string> {
  const made = new PathTree<string>()
  for (const path of paths) made.put(path, path)
  return made
}

tree('a path meets what is equal, above and below', () => {
  const paths = made('/r/a', '/r/a/b/c', '/r/a/b/d', '/r/other', '/r')
  assert.equal(paths.meeting('/r/a/b').sort(), ['/r', '/r/a', '/r/a/b/c', '/r/a/b/d'])
  assert.equal(paths.meeting('/r/a/b/c').sort(), ['/r', '/r/a', '/r/a/b/c'])
})

tree('a longer name beside it is not below it', () => {
  assert.equal(made('/r/ab', '/r/a b').meeting('/r/a'), [])
})

tree('two things at one path are both met', () => {
  const paths = made('/r/a')
  paths.put('/r/a', 'second')
  assert.equal(paths.meeting('/r/a'), ['/r/a', 'second'])
  paths.delete('/r/a', '/r/a')
  assert.equal(paths.meeting('/r/a'), ['second'])
})

tree('what is deleted is met no more, and its neighbours are', () => {
  const paths = made('/r/a/b', '/r/a/c', '/r/a')
  paths.delete('/r/a/b', '/r/a/b')
  paths.delete('/r/a/b/nothing', 'nothing')
  assert.equal(paths.meeting('/r/a').sort(), ['/r/a', '/r/a/c'])
  paths.delete('/r/a', '/r/a')
  paths.delete('/r/a/c', '/r/a/c')
  assert.equal(paths.meeting('/'), [])
})

tree.run()
