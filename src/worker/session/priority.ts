/** Which threads come first where cores are short. On Linux alone: elsewhere it would be that of the whole process. */
import { setPriority } from 'node:os'

/** Nice values, all behind the API's 0. What was given up cannot be taken again. */
const [starting, running, hashing] = [2, 4, 10] as const

/** Puts this thread before the sessions that run: somebody waits for what it begins with. */
export function startFirst(): void {
  comeAfter(starting)
}

/** Puts this thread behind the API's, and behind sessions that start. */
export function giveWay(): void {
  comeAfter(running)
}

/** Puts this thread behind those that hear peers: while these wait, the peers do, too. */
export function hashLast(): void {
  comeAfter(hashing)
}

function comeAfter(nice: number): void {
  if (process.platform === 'linux') setPriority(0, nice)
}
