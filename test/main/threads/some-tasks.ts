/** Tasks under the names of real ones: one that answers or loops for ever, and one that refuses. */
import type { TaskAnswer } from '../../../src/protocol/tasks.ts'

export function listFiles(answers: boolean): TaskAnswer<string> {
  while (!answers) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
  return { value: 'answered' }
}

export function findFile(): TaskAnswer<never> {
  return { error: { code: 'not_found', message: 'no such file' } }
}
