/**
 * Writes many bytes as several small writes, a few at once. One large write has the kernel look for large
 * stretches of free memory to keep it in, which are those that nobody used for long: on a virtual machine they
 * have to be fetched from its host first, and that costs several times what the write does.
 */
import * as fs from 'node:fs'

const stepLength = 512 * 1024
/** Writes to one file wait for each other: a second one only saves the way from one to the next. */
const stepsAtOnce = 2

/** Calls back once nothing is under way: with all of the bytes written, or with the first error. */
export function writeInSteps(
  fd: number,
  bytes: Uint8Array,
  position: number,
  done: (error: Error | null, written: number) => void,
): void {
  let next = 0
  let underWay = 0
  let failure: Error | null = null
  const write = (from: number, to: number): void => {
    fs.write(fd, bytes, from, to - from, position + from, (error, written) => {
      failure ??= error
      if (failure === null && from + written < to) write(from + written, to)
      else goOn()
    })
  }
  const goOn = (): void => {
    underWay -= 1
    if (failure === null && next < bytes.length) begin()
    else if (underWay === 0) done(failure, bytes.length)
  }
  const begin = (): void => {
    const from = next
    next = Math.min(bytes.length, from + stepLength)
    underWay += 1
    write(from, next)
  }
  do begin()
  while (underWay < stepsAtOnce && next < bytes.length)
}
