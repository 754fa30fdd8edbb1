import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { runBatch } from './runner/batch-runs.ts'
import { runNode, type Finished } from './runner/child.ts'
import { jobs, testFiles } from './runner/jobs.ts'
import { checkCounts, fileCounts, mostExpensive, notRun, remark, sum, totalLine } from './runner/result.ts'
import { removeOrphans } from './runner/run-folder.ts'
import { suite, temporaryFolder } from './support/suite.ts'

const root = resolve(import.meta.dirname, '..')
const uvu = import.meta.resolve('uvu')
const deadlineMs = 20_000
const run = suite('test/run')

/** Runs a test file with this content as the runner would. */
async function runFile(content: string, fileDeadlineMs = deadlineMs): Promise<Finished> {
  const folder = temporaryFolder()
  writeFileSync(
    join(folder, 'a.test.mjs'),
    `import { suite } from '${uvu}'\nconst t = suite('a')\n${content}`,
  )
  return await runNode(['a.test.mjs'], folder, fileDeadlineMs)
}

run('every test file calls .run()', () => {
  const forgot = testFiles(root).filter(
    (path) => !/^\w+\.run\(\)$/m.test(readFileSync(join(root, path), 'utf8')),
  )
  assert.equal(forgot, [])
})

run('passed and skipped tests are counted', async () => {
  const finished = await runFile(`t('one', () => {})\nt('two', () => {})\nt.skip('three', () => {})\nt.run()`)
  assert.equal(fileCounts(finished, false), { passed: 2, failed: 0, skipped: 1 })
  assert.is(remark(finished, deadlineMs), undefined)
})

run('a failing test is counted and leaves the others', async () => {
  const finished = await runFile(`t('one', () => {})\nt('two', () => { throw new Error('no') })\nt.run()`)
  assert.equal(fileCounts(finished, false), { passed: 1, failed: 1, skipped: 0 })
})

run('a file that forgot .run() fails', async () => {
  const finished = await runFile(`t('one', () => {})`)
  assert.is(finished.code, 0)
  assert.equal(fileCounts(finished, false), { passed: 0, failed: 1, skipped: 0 })
  assert.match(remark(finished, deadlineMs) ?? '', /\.run\(\)/)
})

run('a file that fails outside its tests fails', async () => {
  const finished = await runFile(
    `t('one', () => {})\nt.run()\nprocess.on('exit', () => { process.exitCode = 3 })`,
  )
  assert.equal(fileCounts(finished, false), { passed: 1, failed: 1, skipped: 0 })
})

run('a file that outlives its deadline is killed with what it started', async () => {
  // The grandchild shares the output, so that the run ends only when both are gone.
  const finished = await runFile(
    `import { spawn } from 'node:child_process'
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    t('hangs', () => new Promise(() => {}))\nt.run()`,
    2000,
  )
  assert.ok(finished.timedOut)
  assert.equal(fileCounts(finished, false), { passed: 0, failed: 1, skipped: 0 })
})

run('what a file leaves running ends with it', async () => {
  const finished = await runFile(
    `import { spawn } from 'node:child_process'
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).unref()
    t('one', () => {})\nt.run()`,
  )
  assert.not(finished.timedOut)
  assert.equal(fileCounts(finished, false), { passed: 1, failed: 0, skipped: 0 })
})

run('a required test that is skipped is a failure, one that is not permitted is not', async () => {
  const finished = await runFile(
    `console.log('not run: two: no client')\nconsole.log('not permitted: three: no namespace')
    t('one', () => {})\nt.skip('two', () => {})\nt.skip('three', () => {})\nt.run()`,
  )
  assert.equal(fileCounts(finished, true), { passed: 1, failed: 1, skipped: 1 })
  assert.equal(fileCounts(finished, false), { passed: 1, failed: 0, skipped: 2 })
  assert.equal(notRun(finished.output), ['not run: two: no client', 'not permitted: three: no namespace'])
})

run('a check counts as one', async () => {
  const passes = await runNode(['-e', ''], root, deadlineMs)
  const fails = await runNode(['-e', 'process.exit(2)'], root, deadlineMs)
  assert.equal(sum([checkCounts(passes), checkCounts(fails)]), { passed: 1, failed: 1, skipped: 0 })
})

run('the last line names what was skipped only when something was', () => {
  assert.is(totalLine({ passed: 2, failed: 0, skipped: 0 }), '2 passed, 0 failed')
  assert.is(totalLine({ passed: 2, failed: 1, skipped: 3 }), '2 passed, 1 failed, 3 skipped')
})

/** Runs files with these contents in one process as the runner would. */
async function runShared(contents: string[], batchDeadlineMs = deadlineMs): Promise<Finished[]> {
  const folder = temporaryFolder()
  const files = contents.map((content, i) => {
    const file = join(folder, `${i}.test.mjs`)
    writeFileSync(file, `import { suite } from '${uvu}'\nconst t = suite('${i}')\n${content}`)
    return file
  })
  return await runBatch(files, root, batchDeadlineMs)
}

run('files that share a process are counted each, with their own output and time', async () => {
  const [one, two, three] = await runShared([
    `t('one', () => console.log('first'))\nt.run()`,
    `t('no', () => { throw new Error('second') })\nt.skip('two')\nt.run()`,
    `t('one', () => { while (process.cpuUsage().user < 3e5); })\nt('two', () => {})\nt.run()`,
  ])
  assert.equal(
    [one, two, three].map((finished) => finished && fileCounts(finished, false)),
    [
      { passed: 1, failed: 0, skipped: 0 },
      { passed: 0, failed: 1, skipped: 1 },
      { passed: 2, failed: 0, skipped: 0 },
    ],
  )
  assert.match(one?.output ?? '', 'first')
  assert.not.match(one?.output ?? '', 'second')
  assert.match(two?.output ?? '', 'second')
  assert.ok((three?.cpuMs ?? 0) > (one?.cpuMs ?? 0))
})

run('a shared process that ends early fails the file that ran, and those after it run', async () => {
  const passing = `t('one', () => {})\nt.run()`
  const runs = await runShared([
    passing,
    `t('crash', async () => { setTimeout(() => { throw new Error('crashed') }, 1); await new Promise(() => {}) })
    t.run()`,
    passing,
    `t('exit', () => { console.log('crashed'); process.exit(0) })\nt.run()`,
    `t('signal', async () => {
      console.log('crashed')
      process.kill(process.pid, 'SIGKILL')
      await new Promise(() => {})
    })
    t.run()`,
    `import './absent-and-crashed.ts'`,
    passing,
  ])
  assert.equal(
    runs.map((finished) => fileCounts(finished, false).failed),
    [0, 1, 0, 1, 1, 1, 0],
  )
  for (const i of [1, 3, 4, 5]) assert.match(runs[i]?.output ?? '', 'crashed')
})

run('a file that outlives the deadline of a shared process is the one that is killed', async () => {
  const passing = `t('one', () => {})\nt.run()`
  const hanging = `t('hangs', () => new Promise(() => setInterval(() => {}, 1000)))\nt.run()`
  const runs = await runShared([passing, hanging, passing], 3000)
  assert.equal(
    runs.map(({ timedOut }) => timedOut),
    [false, true, false],
  )
  assert.equal(sum(runs.map((finished) => fileCounts(finished, false))), { passed: 2, failed: 1, skipped: 0 })
})

run('a file that leaves something to the next one in its process fails, also without .run()', async () => {
  const runs = await runShared([
    `t('timer', () => { setInterval(() => {}, 1000) })\nt.run()`,
    `t('variable', () => { process.env.LEFT = 'behind' })\nt.run()`,
    `t('forgotten', () => {})`,
    `t('one', () => {})\nt.run()`,
  ])
  assert.equal(
    runs.map((finished) => fileCounts(finished, false)),
    [
      { passed: 1, failed: 1, skipped: 0 },
      { passed: 1, failed: 1, skipped: 0 },
      { passed: 0, failed: 1, skipped: 0 },
      { passed: 1, failed: 0, skipped: 0 },
    ],
  )
})

run(
  'temporary files of a run go with it, also when it is killed, and those of a killed runner later',
  async () => {
    const killed = await runFile(
      `import { mkdtempSync } from 'node:fs'\nimport { tmpdir } from 'node:os'
    console.log(mkdtempSync(tmpdir() + '/left-'))\nsetInterval(() => {}, 1000)`,
      2000,
    )
    assert.ok(killed.timedOut)
    assert.not(existsSync(killed.output.trim()))
    const gone = await runNode(['-p', 'process.pid'], root, deadlineMs)
    const [orphan, ours] = [gone.output.trim(), process.pid].map((pid) =>
      mkdtempSync(join(tmpdir(), `resttorrent-run-${pid}-`)),
    )
    removeOrphans()
    assert.not(existsSync(orphan ?? ''))
    assert.ok(existsSync(ours ?? ''))
    rmSync(ours ?? '', { recursive: true })
  },
)

run('the processor time of a run counts what it started, and the ten that took most are named', async () => {
  const busy = `const until = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < until);`
  const finished = await runNode(
    ['-e', `require('child_process').execFileSync(process.execPath, ['-e', '${busy}'])`],
    root,
    deadlineMs,
  )
  assert.ok(finished.cpuMs >= 300, `${finished.cpuMs} ms`)
  const runs = Array.from({ length: 11 }, (_, i) => ({ name: `file ${i}`, cpuMs: i * 1000 }))
  const lines = mostExpensive(runs)
  assert.is(lines.length, 11)
  assert.is(lines[0], 'processor time 55.0 s, most of it:')
  assert.is(lines[1]?.trim(), '10.0 s file 10')
  assert.equal(mostExpensive(runs.slice(1)), [])
})

run('filters choose files by a part of their path, and the checks by name', () => {
  const names = (...filters: string[]) => jobs(root, filters, false).flatMap((job) => job.names)
  assert.equal(names('test/run.test'), ['test/run.test.ts'])
  assert.equal(names('checks'), ['check types', 'check lint', 'check format'])
  assert.equal(names('all').toSorted(), [...names('checks'), ...testFiles(root)].toSorted())
  assert.equal(
    names().toSorted(),
    testFiles(root).filter(
      (path) =>
        !/^test\/(?:interop\/|client\/package\.|e2e\/(?:killed-moves|many-finished)\.|hostile\/sinks-whole\.)/.test(
          path,
        ),
    ),
  )
})

run('small files share a process, and a file alone has its own', () => {
  const processes = (...filters: string[]) => jobs(root, filters, false).map((job) => job.names.length)
  assert.equal(processes('test/protocol/bencode.test'), [1])
  assert.equal(processes('test/protocol/bencode'), [2])
  assert.equal(processes('test/protocol/bencode', 'test/run.test'), [2, 1])
})

run.run()
