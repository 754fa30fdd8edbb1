/**
 * Reads what comes over a connection into one buffer of the thread, instead of a new one for each read, whose
 * memory costs more than the reading. Node offers that (`onread`) for sockets that are made with it; a socket
 * that was accepted, or made by others, gets it here the way Node's own constructor does it.
 */
import { Socket } from 'node:net'

/** Larger than what a connection brings between two turns of the loop. */
const bufferLength = 256 * 1024

type Take = (length: number, buffer: Uint8Array) => boolean

interface Places {
  readonly buffer: symbol
  readonly callback: symbol
  readonly next: symbol
}

let buffer: Uint8Array | undefined
let places: Places | undefined | null = null

/**
 * Calls `take` with what comes from now on, valid until it returns; false stops reading until `resume`. Answers
 * false, and changes nothing, where this Node has no such places: then there is `data` to listen to.
 */
export function readInPlace(socket: Socket, take: (bytes: Uint8Array) => boolean): boolean {
  if (places === null) places = findPlaces()
  const handle: unknown = Reflect.get(socket, '_handle')
  if (!places || typeof handle !== 'object' || handle === null) return false
  const useUserBuffer: unknown = Reflect.get(handle, 'useUserBuffer')
  if (typeof useUserBuffer !== 'function') return false
  buffer ??= Buffer.allocUnsafeSlow(bufferLength)
  const onRead: Take = (length, read) => take(read.subarray(0, length))
  Reflect.set(socket, places.buffer, buffer)
  Reflect.set(socket, places.callback, onRead)
  Reflect.set(socket, places.next, null)
  Reflect.apply(useUserBuffer, handle, [buffer])
  return true
}

/** Where a socket that is made with `onread` keeps it. */
function findPlaces(): Places | undefined {
  const probe = new Socket({ onread: { buffer: new Uint8Array(1), callback: () => true } })
  const symbols = new Map(Object.getOwnPropertySymbols(probe).map((symbol) => [symbol.description, symbol]))
  const [own, callback, next] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map((name) => symbols.get(name))
  if (own === undefined || callback === undefined || next === undefined) return undefined
  return { buffer: own, callback, next }
}
