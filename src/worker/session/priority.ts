/** Which threads come first where cores are short. On Linux alone: elsewhere it would be that of the whole process. */
import { constants, setPriority } from 'node:os'

const giving = constants.priority.PRIORITY_BELOW_NORMAL
/** Between the API's thread and the sessions that run. It can be given up and not be taken again. */
const starting = giving / 2

/** Puts this thread before the sessions that run: somebody waits for what it begins with. */
export function startFirst(): void {
  if (process.platform === 'linux') setPriority(0, starting)
}

/** Puts this thread behind the API's, and behind sessions that start. */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(0, giving)
}
