/** Gives mutated inputs to every format and notes what breaks, hangs or grows. */
import { RestTorrentError } from '../../src/protocol/errors.ts'
import { usedBytes } from '../support/used-bytes.ts'
import { Random } from '../torture/random.ts'
import { openFormats, type Format } from './formats.ts'
import { mutate } from './mutate.ts'

/** Longer is a hang. */
const longestMs = 50
/** Whatever the number of inputs: more is not flat. */
const mostGrownBytes = 16 * 1024 * 1024
const repeats = 3
const mostFaults = 20

export interface FuzzReport {
  readonly inputs: number
  readonly seed: number
  readonly seconds: number
  readonly longestMs: number
  /** Bytes of the heap and of buffers, from the end of the first tenth to the end of the last. */
  readonly grownBytes: number
  readonly byFormat: Record<string, number>
  readonly mostGrownBytes: number
  /** What broke, hung (with the input in base64) or grew. */
  readonly faults: readonly string[]
}

/** Runs `count` inputs; the same seed gives the same ones. */
export async function runFuzz(count: number, seed: number): Promise<FuzzReport> {
  const { formats, close } = await openFormats()
  const random = new Random(seed)
  Error.stackTraceLimit = 0 // or the time goes into stacks that nobody reads
  const startedAt = performance.now()
  const shares = formats.reduce((sum, { share }) => sum + share, 0)
  const byFormat: Record<string, number> = {}
  const faults: string[] = []
  let inputs = 0
  let longest = 0
  let memoryBefore = 0
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    for (const format of formats) {
      const wanted = Math.ceil(((count / 10) * format.share) / shares)
      for (let index = 0; index < wanted && faults.length < mostFaults; index += 1) {
        const bytes = mutate(random, format.samples)
        const ms = judge(format, bytes, faults)
        longest = Math.max(longest, ms)
        if (index % 5000 === 4999) await settled() // streams end in later turns
      }
      inputs += wanted
      byFormat[format.name] = (byFormat[format.name] ?? 0) + wanted
      await settled()
    }
    if (tenth === 1) memoryBefore = usedBytes()
  }
  const grownBytes = usedBytes() - memoryBefore
  if (grownBytes > mostGrownBytes) faults.push(`grown by ${grownBytes} bytes`)
  close()
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10
  const measured = { seconds, longestMs: Math.round(longest), grownBytes, mostGrownBytes }
  return { inputs, seed, ...measured, byFormat, faults }
}

/** The milliseconds it took; where they are many, those of this thread alone, at best: others may be busy. */
function judge(format: Format, bytes: Buffer, faults: string[]): number {
  const startedAt = performance.now()
  attempt(format, bytes, faults)
  let ms = performance.now() - startedAt
  for (let round = 0; round < repeats && ms > longestMs; round += 1) {
    const before = process.threadCpuUsage()
    attempt(format, bytes, [])
    const { user, system } = process.threadCpuUsage(before)
    ms = Math.min(ms, (user + system) / 1000)
  }
  if (ms > longestMs) faults.push(`${format.name}: over ${longestMs} ms: ${bytes.toString('base64')}`)
  return ms
}

function attempt(format: Format, bytes: Buffer, faults: string[]): void {
  try {
    format.read(Buffer.from(bytes))
  } catch (error) {
    if (error instanceof RestTorrentError) return
    faults.push(`${format.name}: ${String(error)}: ${bytes.toString('base64')}`)
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
