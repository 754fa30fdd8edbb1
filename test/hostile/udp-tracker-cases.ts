/** What hostile trackers answer over UDP (BEP 15), and what is shown of them afterwards. */
import { randomBytes } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { TrackerView } from '../../src/protocol/tracker.ts'

/** A question of a session: its action and number, and whoever asked. */
export interface Question {
  readonly action: number
  readonly number: number
  readonly from: RemoteInfo
  /** Answers from the tracker's own port. */
  readonly say: (...datagrams: Uint8Array[]) => void
  /** Answers from another port of the same host. */
  readonly sayFromElsewhere: (...datagrams: Uint8Array[]) => void
}

export interface UdpTrackerCase {
  readonly title: string
  /** Of a connect or of an announce, as each case likes. */
  readonly answer: (question: Question) => void
  /** It is given up when its time is over. */
  readonly isSlow?: boolean
  /** The message of its failure; absent where the announce is taken for a good one. */
  readonly fails?: RegExp
  readonly holds?: (tracker: TrackerView) => boolean
}

const [connect, announce, scrape, refusal] = [0, 1, 2, 3]
/** Fewer than a socket keeps until it is read. */
const several = 100
const flood = 2000
const text = (body: string): Buffer => Buffer.from(body)

export const udpTrackerCases: readonly UdpTrackerCase[] = [
  hangs('nothing at all', () => undefined),
  hangs('2,000 datagrams of chances', ({ say }) => say(...times(flood, () => randomBytes(40)))),
  hangs('2,000 errors to others', ({ number, say }) => say(...times(flood, (index) => packet(refusal, number + index + 1, text('no'))))),
  dropped('empty datagrams', ({ say }) => say(...times(several, () => Buffer.alloc(0)))),
  dropped('seven bytes', ({ action, number, say }) => say(packet(action, number).subarray(0, 7))),
  dropped('an id that is cut off', ({ number, say }) => say(packet(connect, number, Buffer.alloc(7)))),
  dropped('an action that nobody knows', ({ number, say }) => say(packet(0xffff_ffff, number, Buffer.alloc(60)))),
  dropped('the action of a scrape', ({ number, say }) => say(packet(scrape, number, Buffer.alloc(60)))),
  dropped('an action whose bytes are turned around', ({ action, number, say }) => say(packet((action + 1) << 24, number, Buffer.alloc(60)))),
  dropped('another number', ({ action, number, say }) => say(packet(action, number ^ 1, Buffer.alloc(60)))),
  dropped('a hundred numbers but not the right one', ({ action, number, say }) => say(...times(several, (index) => packet(action, number + index + 1, Buffer.alloc(20))))),
  dropped('65,507 bytes of chances', ({ say }) => say(randomBytes(65_507))),
  dropped('65,507 bytes and another number', ({ action, number, say }) => say(packet(action, number ^ 1, Buffer.alloc(65_499)))),
  dropped('the bencode of an HTTP tracker', ({ say }) => say(text('d8:intervali1800e5:peers0:e'))),
  dropped('a message of the DHT', ({ say }) => say(text('d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe'))),
  dropped('its question sent back', ({ action, number, say }) => say(Buffer.concat([Buffer.alloc(8), packet(action, number)]))),
  dropped('the answer of another port', ({ action, number, sayFromElsewhere }) => sayFromElsewhere(packet(action, number, words(0xffff_ffff, 0, 0)))),
  dropped('an error from another port', ({ number, sayFromElsewhere }) => sayFromElsewhere(packet(refusal, number, text('a lie')))),
  dropped('an announce that is cut off', ({ action, number, say }) => say(packet(action, number, Buffer.alloc(action === connect ? 0 : 11)))),
  dropped('the answer to a connect in the place of others', ({ action, number, say }) => action === connect || say(...times(several, () => packet(connect, number, Buffer.alloc(8))))),
  fails('an error without a text', /^refused without a reason$/, ({ number, say }) => say(packet(refusal, number))),
  fails('an error of 60,000 bytes', /^x{1,300}$/, ({ number, say }) => say(packet(refusal, number, Buffer.alloc(60_000, 'x')))),
  fails('an error that turns a terminal around', /^[\x20-\x7e]+$/, ({ number, say }) => say(packet(refusal, number, text('\u001b[2J\u202eno\0')))),
  fails('2,000 errors', /^no$/, afterConnect(({ number, say }) => say(...times(flood, () => packet(refusal, number, text('no')))))),
  taken('its answer 2,000 times', ({ action, number, say }) => say(...times(flood, () => sound(action, number)))),
  taken('an interval of 0', afterConnect(({ number, say }) => say(packet(announce, number, words(0, 1, 1)))), 60),
  taken('an interval of 2^32-1', afterConnect(({ number, say }) => say(packet(announce, number, words(0xffff_ffff, 1, 1)))), 3600),
  taken('part of a peer', afterConnect(({ number, say }) => say(packet(announce, number, Buffer.concat([words(1800, 1, 1), Buffer.alloc(5, 127)]))))),
  taken('peers at port 0', afterConnect(({ number, say }) => say(packet(announce, number, Buffer.concat([words(1800, 1, 1), Buffer.alloc(6000)]))))),
] // prettier-ignore

/** An answer with as many peers as a datagram holds, each with an address of its own below 127.0.0.0/8. */
export function udpManyPeers({ action, number, say }: Question, port: number): void {
  const peers = Array.from({ length: 10_000 }, (_, index) => Buffer.from([127, 9, (index >> 8) & 255, index & 255, port >> 8, port & 255])) // prettier-ignore
  say(action === connect ? sound(action, number) : packet(announce, number, Buffer.concat([words(1800, 1, 1), ...peers]))) // prettier-ignore
}

export interface UdpHost extends AsyncDisposable {
  readonly url: string
}

/** A tracker on a port of 127.0.0.1 that answers like this. */
export async function serveUdp(answer: UdpTrackerCase['answer']): Promise<UdpHost> {
  const [socket, other] = await Promise.all([bound(), bound()])
  socket.on('message', (message, from) => {
    if (message.length < 16) return
    const sender = (by: Socket) => (...datagrams: Uint8Array[]) => {
      for (const bytes of datagrams) by.send(bytes, from.port, from.address, () => undefined)
    } // prettier-ignore
    const [action, number] = [message.readUInt32BE(8), message.readUInt32BE(12)]
    answer({ action, number, from, say: sender(socket), sayFromElsewhere: sender(other) })
  })
  return {
    url: `udp://127.0.0.1:${socket.address().port}/announce`,
    [Symbol.asyncDispose]: async () => {
      for (const one of [socket, other]) await once(one.close(), 'close')
    },
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

function fails(title: string, message: RegExp, answer: UdpTrackerCase['answer']): UdpTrackerCase {
  return { title, answer, fails: message }
}

function hangs(title: string, answer: UdpTrackerCase['answer']): UdpTrackerCase {
  return { ...fails(title, /^no answer$/, answer), isSlow: true }
}

/** Taken for good; the next announce comes so many seconds after the last. */
function taken(title: string, answer: UdpTrackerCase['answer'], seconds = 1800): UdpTrackerCase {
  const holds = ({ last_announce_at: last, next_announce_at: next }: TrackerView): boolean =>
    last !== null && next !== null && Math.abs(next - last - seconds * 1000) < 1000
  return { title, answer, holds }
}

/** It is as if it had not come: the right answer after it is taken. */
function dropped(title: string, answer: (question: Question) => unknown): UdpTrackerCase {
  return taken(`${title}, then the right answer`, (question) => {
    const { action, number, say } = question
    answer(question)
    say(sound(action, number))
  })
}

function times(count: number, make: (index: number) => Buffer): Buffer[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

/** Answers a connect as it should be. */
function afterConnect(answer: UdpTrackerCase['answer']): UdpTrackerCase['answer'] {
  return (question) => {
    const { action, number, say } = question
    if (action === connect) say(sound(action, number))
    else answer(question)
  }
}

function sound(action: number, number: number): Buffer {
  return packet(action, number, action === connect ? Buffer.alloc(8, 7) : words(1800, 3, 5))
}

function packet(action: number, number: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([words(action, number), body])
}

function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4)
  numbers.forEach((number, place) => bytes.writeUInt32BE(number >>> 0, place * 4))
  return bytes
}
