/** VLC without a display, for what a real player makes of a URL. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { within } from './suite.ts'

const waitMs = 40_000
/** VLC refuses to be run by root. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const quiet = ['--intf', 'dummy', '--vout', 'dummy', '--aout', 'dummy', '--no-color', '-vv']

/**
 * Plays so many seconds of what is at `url`, from a second on; `onPicture` is called when the first picture of it
 * is decoded. Rejects where no picture came, and as `onPicture`.
 */
export async function playWithVlc(
  url: string,
  { from, seconds }: { from: number; seconds: number },
  onPicture: () => Promise<void>,
): Promise<void> {
  const part = ['--play-and-exit', '--start-time', String(from), '--run-time', String(seconds)]
  const child = spawn('cvlc', [...quiet, ...part, url], {
    ...nobody,
    env: { ...process.env, HOME: '/nonexistent' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  let told: Promise<void> | undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (told === undefined && said.includes('Received first picture')) told = onPicture()
  })
  try {
    await within(waitMs, 'VLC to end', once(child, 'close'))
  } finally {
    child.kill('SIGKILL')
  }
  if (told === undefined) throw new Error(`VLC showed nothing: ${said}`)
  await told
}
