import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite, temporaryFolder } from '../../support/suite.ts'

const test = suite('worker/store (a full disk)')

/** Runs the trial on a small disk of its own, in a mount namespace of its own. */
function runTrial(options: string, command = 'exec "$NODE" "$TRIAL" "$ROOT"') {
  return spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', `mount -t tmpfs -o ${options} none "$ROOT" && ${command}`],
    {
      encoding: 'utf8',
      timeout: 30_000,
      env: {
        ...process.env,
        NODE: process.execPath,
        TRIAL: join(import.meta.dirname, 'full-disk-trial.ts'),
        ROOT: temporaryFolder(),
      },
    },
  )
}

function said(options: string, command?: string): unknown {
  const { stdout, stderr, status } = runTrial(options, command)
  assert.is(status, 0, stderr)
  return JSON.parse(stdout)
}

const mountable = process.platform === 'linux' && runTrial('size=1m', 'true').status === 0
if (mountable) {
  test('what was refused as disk_full is not there, what was acknowledged is, and room makes it write again', () => {
    assert.equal(said('size=6m'), {
      codes: ['disk_full'],
      backup: 'disk_full',
      backups: [],
      afterRoom: 1,
      lost: [],
      more: 0,
    })
  })

  test('a bound on the size of files is a full disk to a store and to one that is to be made', () => {
    const bounded = (blocks: number): string => `ulimit -f ${blocks} && exec "$NODE" "$TRIAL" "$ROOT"`
    const { codes, lost, more } = said('size=60m', bounded(4000)) as Record<string, unknown>
    assert.equal([codes, lost, more], [['disk_full'], [], 0])
    assert.equal(said('size=60m', bounded(100)), { refused: 'disk_full' })
  })

  test('a read-only disk is disk_read_only', () => {
    assert.equal(said('ro'), { refused: 'disk_read_only' })
  })
} else console.log('skipped: trials on a small or read-only disk, as no file system can be mounted')

test.run()
