import { EventEmitter } from 'node:events'
import type { Piscina } from 'piscina'
import { fromWireError, RestTorrentError } from '../../protocol/errors.ts'
import type { TaskAnswer, TaskName } from '../../protocol/tasks.ts'

/**
 * What a task of a pool answers. Rejects with what it threw, `disk_unresponsive` after the deadline, when its
 * thread is ended, or `overloaded`. Errors cross as values: what a thread throws loses its class and code in cloning.
 */
export async function runTask<T>(
  pool: Piscina,
  name: TaskName,
  input: unknown,
  deadlineMs: number,
): Promise<T> {
  const signal = new EventEmitter() // an AbortSignal.timeout would be kept until the deadline of each task
  const late = { isLate: false }
  const timer = setTimeout(() => {
    late.isLate = true
    signal.emit('abort')
  }, deadlineMs).unref()
  let answer: TaskAnswer<T>
  try {
    answer = (await pool.run(input, { name, signal })) as TaskAnswer<T>
  } catch (error) {
    if (late.isLate)
      throw new RestTorrentError('disk_unresponsive', `no answer within ${deadlineMs} ms`, { cause: error })
    if (pool.queueSize >= pool.options.maxQueue)
      throw new RestTorrentError('overloaded', 'too much work is waiting')
    throw error
  } finally {
    clearTimeout(timer)
  }
  if ('error' in answer) throw fromWireError(answer.error)
  return answer.value
}
