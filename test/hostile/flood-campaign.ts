/** Floods a session that downloads with messages by chance, over several connections at a time. */
import { BroadcastChannel } from 'node:worker_threads'
import { within } from '../support/suite.ts'
import { usedBytes } from '../support/used-bytes.ts'
import { Random } from '../torture/random.ts'
import { startDownload } from './live-download.ts'
import { nextMessage } from './grammar.ts'
import { extended, RawPeer } from './raw-peer.ts'

const connections = 8
/** Messages before each question that shows that they were heard. */
const perAnswer = 500
/** What the flood calls the metadata exchange while it waits for an answer. */
const ownNumber = 99
const rounds = 10
/** Whatever the number of messages: more is not bounded. */
const mostGrownBytes = 32 * 1024 * 1024
/** With what V8 keeps for objects to come. */
const mostGrownResidentBytes = 256 * 1024 * 1024
const entry = new URL('./weighed-session.ts', import.meta.url)

export interface FloodReport {
  /** Those that were heard; of a connection that ended the last ones are not counted. */
  readonly messages: number
  readonly seed: number
  readonly seconds: number
  readonly connections: number
  /** Bytes in use, by this thread and the session's, from the end of the first tenth to the end of the last. */
  readonly grownBytes: number
  readonly mostGrownBytes: number
  /** Of the process. */
  readonly grownResidentBytes: number
  readonly mostGrownResidentBytes: number
  /** What grew too much. */
  readonly faults: readonly string[]
}

/** Sends at least `count` messages that are heard; rejects when the session restarts or the download does not finish. */
export async function runFlood(count: number, seed: number): Promise<FloodReport> {
  const startedAt = performance.now()
  await using download = await startDownload(rounds * 2 + 20, {}, {}, entry)
  const random = new Random(seed)
  let opened = 0
  let before = { used: 0, resident: 0 }
  let answered = 0
  const flood = async (wanted: number): Promise<void> => {
    for (let heard = 0; heard < wanted;) {
      const peer = await RawPeer.join(download.port, download.made.infoHash)
      opened += 1
      const exchange = await peer.extensionNumber('ut_metadata')
      let isAnswered = true
      while (isAnswered && heard < wanted) {
        const batch = Array.from({ length: perAnswer }, () => nextMessage(random, download.made.pieceCount))
        isAnswered = await answersTo(peer, Buffer.concat(batch), exchange)
        if (isAnswered) heard += perAnswer
      }
      peer.destroy()
    }
    answered += wanted
  }
  for (let round = 0; round < rounds; round += 1) {
    const each = Math.ceil(count / rounds / connections)
    await Promise.all(Array.from({ length: connections }, () => flood(each)))
    await download.goesOn()
    if (round === 0) before = await weigh()
  }
  const after = await weigh()
  await download.finishes()
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10
  return {
    messages: answered,
    seed,
    seconds,
    connections: opened,
    ...verdict(after.used - before.used, after.resident - before.resident),
  }
}

type Growth = 'grownBytes' | 'mostGrownBytes' | 'grownResidentBytes' | 'mostGrownResidentBytes' | 'faults'

function verdict(grownBytes: number, grownResidentBytes: number): Pick<FloodReport, Growth> {
  const isBounded = grownBytes <= mostGrownBytes && grownResidentBytes <= mostGrownResidentBytes
  const faults = isBounded ? [] : [`grown by ${grownBytes} bytes in use, ${grownResidentBytes} resident ones`]
  return { grownBytes, mostGrownBytes, grownResidentBytes, mostGrownResidentBytes, faults }
}

async function weigh(): Promise<{ used: number; resident: number }> {
  const scales = new BroadcastChannel('memory of the session')
  try {
    const answer = new Promise<number>((resolve) => {
      scales.onmessage = ({ data }: { data: unknown }) => resolve(Number(data))
    })
    scales.postMessage('weigh')
    const ofSession = await within(20_000, 'the memory of the session', answer)
    return { used: usedBytes() + ofSession, resident: process.memoryUsage.rss() }
  } finally {
    scales.close()
  }
}

/** Whether all of it was heard: what is asked after it is answered, unless the connection ends before. */
async function answersTo(peer: RawPeer, bytes: Buffer, exchange: number): Promise<boolean> {
  const answer = Promise.withResolvers<boolean>()
  peer.onMessage = (body) => {
    if (body[0] === 20 && body[1] === ownNumber) answer.resolve(true)
  }
  const onClose = (): void => answer.resolve(false)
  peer.socket.once('close', onClose)
  if (peer.isClosed) answer.resolve(false)
  peer.send(
    bytes,
    extended(0, { m: { ut_metadata: ownNumber } }),
    extended(exchange, { msg_type: 0, piece: 0 }),
  )
  const isAnswered = await within(20_000, 'an answer or the end', answer.promise)
  peer.socket.off('close', onClose)
  return isAnswered
}
