import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { FileOperations } from '../../../src/worker/session/storage/file-operations.ts'
import { mountPointOf, refuseUnmounted } from '../../../src/worker/session/storage/mount-point.ts'
import { toWireError } from '../../../src/protocol/errors.ts'
import { bindFolder, canMount, mountSmallDisk } from '../../support/disks.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'

const test = suite('worker/storage/mount-point')
const operations = new FileOperations()

const mounted: Record<string, (at: string) => Disposable> = {
  'a disk': (at) => mountSmallDisk(at, 'size=64k'),
  'a folder of the same file system that is bound there': (at) => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'below'))
    return bindFolder(folder, at)
  },
}

const when = (what: string, run: () => Promise<void>): void =>
  canMount ? test(what, run) : test.skip(what, run)

for (const [what, mount] of Object.entries(mounted))
  when(`${what} is told from the folder that it is mounted on`, async () => {
    const outer = realpathSync(temporaryFolder())
    const at = join(outer, 'a \\ disk')
    const refusal = async (): Promise<string | undefined> =>
      await refuseUnmounted(operations, at).then(
        () => undefined,
        (error: unknown) => toWireError(error).code,
      )
    const outside = mountPointOf(outer)
    {
      using _ = mount(at)
      assert.is(mountPointOf(join(at, 'below/and further')), at)
      assert.is(mountPointOf(at), at)
      assert.is(await refusal(), undefined)
    }
    assert.is(mountPointOf(join(at, 'below')), outside)
    assert.is(await refusal(), 'files_changed')
    using _again = mount(at)
    assert.is(await refusal(), undefined)
  })

test.run()
