import * as assert from 'uvu/assert'
import { judgeFile, type Judgement, type SeenFiles } from '../../../src/worker/session/resume/judge-files.ts'
import type { Identity } from '../../../src/worker/session/storage/identity.ts'
import { suite } from '../../support/suite.ts'

const judging = suite('src/worker/session/resume/judge-files')

const then = { index: 0, size: 100, mtimeNs: 1000n, ino: 7n }
const same: Identity = { size: 100, mtimeNs: 1000n, ino: 7n }
const grown: Identity = { ...same, size: 200, mtimeNs: 2000n }
const rewritten: Identity = { ...same, mtimeNs: 2000n }

/** What is in the file's place, what the checkpoint says, and the judgement after an end in order and without. */
const cases: [
  title: string,
  now: Identity | undefined,
  recorded: boolean,
  open: boolean,
  clean: Judgement,
  unclean: Judgement,
][] = [
  ['a file as it was', same, true, false, 'same', 'same'],
  ['a file as it was, open for writing', same, true, true, 'same', 'same'],
  ['one that grew, closed', grown, true, false, 'changed', 'changed'],
  ['one that grew, open for writing', grown, true, true, 'changed', 'written'],
  ['one written in place, closed', rewritten, true, false, 'changed', 'changed'],
  ['one written in place, open for writing', rewritten, true, true, 'changed', 'written'],
  ['one nanosecond later, closed', { ...same, mtimeNs: 1001n }, true, false, 'changed', 'changed'],
  ['an older one', { ...same, mtimeNs: 999n }, true, true, 'changed', 'changed'],
  ['a shorter one', { ...grown, size: 99 }, true, true, 'changed', 'changed'],
  ['another one in its place', { ...grown, ino: 8n }, true, true, 'changed', 'changed'],
  ['another one that looks the same', { ...same, ino: 8n }, true, true, 'changed', 'changed'],
  ['none any more', undefined, true, false, 'vanished', 'vanished'],
  ['none any more, open for writing', undefined, true, true, 'vanished', 'vanished'],
  ['none, as before', undefined, false, true, 'same', 'same'],
  ['a new one', same, false, true, 'changed', 'same'],
]

for (const [title, now, recorded, open, clean, unclean] of cases) {
  judging(`${title}: ${clean} after an end in order, ${unclean} without`, () => {
    const seen = (isClean: boolean): SeenFiles => ({
      recorded: new Map(recorded ? [[0, then]] : []),
      openForWriting: new Set(open ? [0] : []),
      clean: isClean,
    })
    assert.is(judgeFile(0, now, seen(true)), clean)
    assert.is(judgeFile(0, now, seen(false)), unclean)
  })
}

judging.run()
