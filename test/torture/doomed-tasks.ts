/** Entry of the task pool's threads that can end the process around the system calls of moves and deletions. */
import { doomCalls } from './doomed-calls.ts'

doomCalls('task', ['link', 'write', 'fsync', 'unlink'])

export * from '../../src/worker/tasks/entry.ts'
