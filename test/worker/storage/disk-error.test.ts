import * as assert from 'uvu/assert'
import { spawnSync } from 'node:child_process'
import type { ErrorCode } from '../../../src/protocol/errors.ts'
import { diskError } from '../../../src/worker/session/storage/disk-error.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { rejection } from './fixture.ts'

const test = suite('worker/session/storage/disk-error')
const trialFile = new URL('disk-trial.ts', import.meta.url).pathname

/** Runs a trial after a line of shell in a mount namespace of its own, or only after the shell line. */
function runTrial(trial: string, shell: string, mounts: boolean, env: Record<string, string> = {}) {
  const root = temporaryFolder()
  const script = `${shell} && exec "$NODE" "$TRIAL" "$1" "$ROOT"`
  const command = ['sh', '-c', script, 'sh', trial]
  const [program = '', ...args] = mounts ? ['unshare', '--mount', ...command] : command
  return spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, NODE: process.execPath, TRIAL: trialFile, ROOT: root, ...env },
  })
}

const mountable =
  process.platform === 'linux' && runTrial('write', 'mount -t tmpfs none "$ROOT"', true).status === 0
if (!mountable) console.log('skipped: trials on a small or read-only disk, as no file system can be mounted')

function trialTest(title: string, code: ErrorCode, run: () => ReturnType<typeof runTrial>): void {
  test(title, () => {
    const { stdout, stderr, status } = run()
    assert.is(status, 0, stderr)
    const said = JSON.parse(stdout) as { code: string; message: string }
    assert.is(said.code, code, said.message)
    assert.not.match(said.message, '/tmp')
  })
}

const small = 'mount -t tmpfs -o size=4m none "$ROOT"'
// Only the tool goes: NODE is an absolute path.
const withoutTool = `${small} && PATH=/nonexistent && export PATH`
if (mountable) {
  trialTest('ENOSPC while writing is disk_full and keeps what was written', 'disk_full', () =>
    runTrial('write', small, true),
  )
  trialTest('EROFS is disk_read_only', 'disk_read_only', () =>
    runTrial('write', 'mount -t tmpfs -o ro none "$ROOT"', true),
  )
  trialTest('allocate is insufficient_space where the files cannot fit', 'insufficient_space', () =>
    runTrial('allocate', 'mount -t tmpfs -o size=1m none "$ROOT"', true),
  )
  trialTest('ENOSPC in fallocate is disk_full', 'disk_full', () =>
    runTrial('allocate while it fills', small, true),
  )
  trialTest('ENOSPC while writing zeros is disk_full', 'disk_full', () =>
    runTrial('allocate while it fills', withoutTool, true),
  )
}

trialTest('EFBIG is disk_full', 'disk_full', () => runTrial('write', 'ulimit -f 2048', false))
trialTest('EMFILE is too_many_open_files', 'too_many_open_files', () =>
  runTrial('write many', 'ulimit -n 64', false),
)

const mapped: [errno: string, code: ErrorCode][] = [
  ['EDQUOT', 'disk_full'],
  ['EACCES', 'disk_denied'],
  ['EPERM', 'disk_denied'],
  ['ENFILE', 'too_many_open_files'],
  ['EIO', 'disk_failed'],
  ['ENXIO', 'disk_failed'],
  ['ESTALE', 'files_changed'],
  ['constructor', 'disk_failed'],
]
for (const [errno, code] of mapped)
  test(`${errno} is ${code} and names the file as it was given`, async () => {
    const cause = Object.assign(new Error(`${errno}, open '/secret/t/a'`), { code: errno, errno: -1 })
    const failed = async () => {
      await Promise.resolve()
      throw diskError(cause, 'open', 't/a')
    }
    const error = await rejection(failed(), code)
    assert.is(error.message, `cannot open t/a: ${errno}`)
    assert.equal(error.details, { errno, path: 't/a' })
  })

test('what is no failed system call stays what it is', () => {
  const bug = new TypeError('bug')
  assert.is(diskError(bug, 'open', 'a'), bug)
})

test.run()
