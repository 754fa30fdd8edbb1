import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { runNode, type Finished } from './runner/child.ts'
import { jobs, testFiles } from './runner/jobs.ts'
import { checkCounts, fileCounts, notRun, remark, sum, totalLine } from './runner/result.ts'
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

run('filters choose files by a part of their path, and the checks by name', () => {
  const names = (...filters: string[]) => jobs(root, filters, false).map((job) => job.name)
  assert.equal(names('test/run.test'), ['test/run.test.ts'])
  assert.equal(names('checks'), ['check types', 'check lint', 'check format'])
  assert.equal(names(), [...names('checks'), ...testFiles(root)])
})

run.run()
