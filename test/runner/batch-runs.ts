/** Several test files in one process, and what each of them said there: see `batch.ts`. */
import { join, relative } from 'node:path'
import { runNode, type Finished } from './child.ts'

/** What the mark at a file's end says of its run. */
export type Ending = Pick<Finished, 'durationMs' | 'cpuMs'> & { code: number }

const program = join(import.meta.dirname, 'batch.ts')
const mark = '\u001ebatch '

/** The line before a file's output. */
export function beginMark(file: string): string {
  return `\n${mark}${JSON.stringify({ file })}`
}

/** The line after a file's output. */
export function endMark(ending: Ending): string {
  return `\n${mark}${JSON.stringify(ending)}`
}

/**
 * Runs the files in one process, and gives their runs in the same order. The file during which the process ends,
 * or outlives its deadline, is the one that failed; those after it get another process.
 */
export async function runBatch(files: string[], folder: string, deadlineMs: number): Promise<Finished[]> {
  const runs: Finished[] = []
  while (runs.length < files.length) {
    const rest = files.slice(runs.length)
    const batch = await runNode([relative(folder, program), ...rest], folder, deadlineMs)
    const told = runsOf(batch)
    // a process that did not begin at all is its first file's failure
    runs.push(...(told.length > 0 ? told : [batch]))
  }
  return runs
}

/** The runs of the files that a batch began; an end that nobody asked for is the last one's. */
function runsOf(batch: Finished): Finished[] {
  const runs: Finished[] = []
  for (const part of batch.output.split(`\n${mark}`).slice(1)) {
    const [line = '', ...rest] = part.split('\n')
    const said = JSON.parse(line) as { file: string } | Ending
    const last = runs.at(-1)
    const text = rest.join('\n')
    if ('file' in said) runs.push({ ...batch, output: text })
    else if (last) Object.assign(last, said, { timedOut: false, output: last.output + text })
  }
  const { code, timedOut } = batch
  if (code !== 0) Object.assign(runs.at(-1) ?? {}, { code, timedOut })
  return runs
}
