/** What there is to run: the checks and the test files, each with its arguments and deadline. */
import { globSync } from 'node:fs'
import type { Finished } from './child.ts'
import { checkCounts, fileCounts, type Counts } from './result.ts'

/** One run of Node; those that are not `parallel` run alone, after the others. */
export interface Job {
  name: string
  args: string[]
  deadlineMs: number
  parallel: boolean
  kind: 'check' | 'file'
  count: (run: Finished) => Counts
}

const checkDeadlineMs = 180_000
const fileDeadlineMs = 60_000
const longDeadlineMs = 180_000
/** Files that need more time than others, also where the machine is slow. */
const longFolders = ['test/interop/', 'test/fuzz/', 'test/hostile/']
const checks = {
  'check types': ['node_modules/typescript/bin/tsc', '-p', '.'],
  'check lint': ['node_modules/eslint/bin/eslint.js', '.'],
  'check format': ['node_modules/prettier/bin/prettier.cjs', '--check', '.'],
}

/**
 * The jobs that the filters ask for: everything without filters, the checks for `checks`, and the files
 * whose path contains one of the filters.
 */
export function jobs(folder: string, filters: string[], requireInterop: boolean): Job[] {
  const files = testFiles(folder).map((path) => fileJob(path, requireInterop))
  if (filters.length === 0) return [...checkJobs(), ...files]
  const chosen = files.filter((job) => filters.some((filter) => job.name.includes(filter)))
  return filters.includes('checks') ? [...checkJobs(), ...chosen] : chosen
}

/** Every test file under `test`, in a fixed order. */
export function testFiles(folder: string): string[] {
  return globSync('test/**/*.test.ts', { cwd: folder }).sort()
}

function checkJobs(): Job[] {
  return Object.entries(checks).map(([name, args]) => ({
    name,
    args,
    deadlineMs: checkDeadlineMs,
    parallel: true,
    kind: 'check',
    count: checkCounts,
  }))
}

function fileJob(path: string, requireInterop: boolean): Job {
  const interop = path.startsWith('test/interop/')
  return {
    name: path,
    args: [path],
    deadlineMs: longFolders.some((long) => path.startsWith(long)) ? longDeadlineMs : fileDeadlineMs,
    parallel: !interop,
    kind: 'file',
    count: (run) => fileCounts(run, interop && requireInterop),
  }
}
