/** Named points where a server under torture ends itself, as the kernel would end it: without a word. */

export const failPoints = [
  'store before_begin',
  'store before_commit',
  'store after_commit',
  'session before_write',
  'session after_write',
  'session before_fsync',
  'session after_fsync',
  'session before_unlink',
  'session after_unlink',
  'task before_link',
  'task after_link',
  'task before_write',
  'task after_write',
  'task before_fsync',
  'task after_fsync',
  'task before_unlink',
  'task after_unlink',
  'session before_metadata',
  'session after_metadata',
  'session before_activated',
  'session after_activated',
  'session before_checkpoint',
  'session after_checkpoint',
] as const
export type FailPoint = (typeof failPoints)[number]

/** Where a process shall end: the `nth` time that one of its threads reaches the point. */
export interface Doom {
  readonly point: FailPoint
  readonly nth: number
}

/** Variable that tells the doom to a server, as JSON. */
export const doomVariable = 'TORTURE_DOOM'

const told = process.env[doomVariable]
const doom = told === undefined ? undefined : (JSON.parse(told) as Doom)
let reached = 0

/** Says that this thread is at a point, which may be the end of the process. */
export function reach(point: string): void {
  if (point !== doom?.point) return
  reached += 1
  if (reached === doom.nth) process.kill(process.pid, 'SIGKILL')
}
