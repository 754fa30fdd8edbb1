/** What there is to run: the checks and the test files, each with its arguments and deadline. */
import { globSync } from 'node:fs'
import { runBatch } from './batch-runs.ts'
import { runNode, type Finished } from './child.ts'
import { checkCounts, fileCounts, type Counts } from './result.ts'
import { batches } from './shared-files.ts'

/**
 * One process: a check, a test file, or several files with a name and a run each. Those that are not `parallel`
 * run alone, after the others.
 */
export interface Job {
  names: string[]
  deadlineMs: number
  parallel: boolean
  kind: 'check' | 'file'
  run: () => Promise<Finished[]>
  count: (run: Finished) => Counts
}

const checkDeadlineMs = 900_000
const fileDeadlineMs = 180_000
const longDeadlineMs = 300_000
/** Files that share a process share its deadline. */
const moreForEachMs = 30_000
/** Files that need more time than others, also where the machine is slow. */
const longFolders = ['test/interop/', 'test/fuzz/', 'test/hostile/']
const interopFolder = 'test/interop/'
/** What only a run of everything has: foreign clients in full length, and what packs, fills or often kills a whole server. */
const wholeRunsOnly = [
  interopFolder,
  'test/client/package.',
  'test/e2e/killed-moves.',
  'test/e2e/many-finished.',
  'test/hostile/sinks-whole.',
]
const checks = {
  'check types': ['node_modules/typescript/bin/tsc', '-p', '.'],
  'check lint': ['node_modules/eslint/bin/eslint.js', '.'],
  'check format': ['node_modules/prettier/bin/prettier.cjs', '--check', '.'],
}

/**
 * The jobs that the filters ask for: without filters every test file but those of whole runs, the checks for `checks`, these and every file for `all`, else the files whose path contains one
 * of the filters.
 */
export function jobs(folder: string, filters: string[], requireInterop: boolean): Job[] {
  const all = filters.includes('all')
  const chosen = testFiles(folder).filter(
    (path) =>
      all ||
      (filters.length === 0
        ? !wholeRunsOnly.some((start) => path.startsWith(start))
        : filters.some((filter) => path.includes(filter))),
  )
  // those that take longest first: none of them is to be waited for alone
  const files = batches(chosen)
    .toSorted((a, b) => b.length - a.length)
    .map((paths) => fileJob(paths, folder, requireInterop))
  return all || filters.includes('checks') ? [...checkJobs(folder), ...files] : files
}

/** Every test file under `test`, in a fixed order. */
export function testFiles(folder: string): string[] {
  return globSync('test/**/*.test.ts', { cwd: folder }).sort()
}

function checkJobs(folder: string): Job[] {
  return Object.entries(checks).map(([name, args]) => ({
    names: [name],
    deadlineMs: checkDeadlineMs,
    parallel: true,
    kind: 'check',
    run: async () => [await runNode(args, folder, checkDeadlineMs)],
    count: checkCounts,
  }))
}

function fileJob(paths: string[], folder: string, requireInterop: boolean): Job {
  const starts = (...folders: string[]) => paths.some((path) => folders.some((it) => path.startsWith(it)))
  const interop = starts(interopFolder)
  const isLong = paths.length > 1 || starts(...longFolders)
  const deadlineMs = isLong ? longDeadlineMs + paths.length * moreForEachMs : fileDeadlineMs
  return {
    names: paths,
    deadlineMs,
    parallel: !interop,
    kind: 'file',
    run: () =>
      paths.length > 1
        ? runBatch(paths, folder, deadlineMs)
        : runNode(paths, folder, deadlineMs).then((run) => [run]),
    count: (run) => fileCounts(run, interop && requireInterop),
  }
}
