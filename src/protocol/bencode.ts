import { binaryText } from './bencode-text.ts'
import { RestTorrentError } from './errors.ts'

/**
 * A decoded dictionary. It has no prototype, and each character of a key stands for one byte, so that
 * keys of any bytes survive and ASCII keys read as they are.
 */
export interface BencodeDictionary {
  [key: string]: BencodeValue
}

/** What bencode can say; byte strings are views into the decoded bytes. */
export type BencodeValue = number | Uint8Array | BencodeValue[] | BencodeDictionary

/** The bytes from `start` up to, not including, `end`. */
export interface Span {
  start: number
  end: number
}

/** Bounds of one decoding: nested containers, and all values and keys together. */
export interface BencodeLimits {
  maxDepth: number
  maxTokens: number
}

/** What applies where a caller gives no limits of its own. */
export const bencodeLimits: BencodeLimits = { maxDepth: 32, maxTokens: 1_000_000 }

const integerStart = 0x69
const listStart = 0x6c
const dictionaryStart = 0x64
const containerEnd = 0x65
const colon = 0x3a
const minus = 0x2d
const zero = 0x30
// Longer property names share one hash in V8, so that many of them would cost quadratic time.
const maxKeyLength = 4096

/** The one value that all of `bytes` says (BEP 3, strict); throws `invalid_bencode`. */
export function decodeBencode(bytes: Uint8Array, limits?: Partial<BencodeLimits>): BencodeValue {
  const reader = new Reader(bytes, limits)
  const value = reader.value(0)
  reader.finish()
  return value
}

/** The value that `bytes` begin with and where it ends; throws `invalid_bencode`. */
export function decodeBencodePrefix(
  bytes: Uint8Array,
  limits?: Partial<BencodeLimits>,
): { value: BencodeValue; end: number } {
  const reader = new Reader(bytes, limits)
  const value = reader.value(0)
  return { value, end: reader.position }
}

/** The dictionary that all of `bytes` says and the span of each of its values; throws `invalid_bencode`. */
export function decodeDictionaryWithSpans(
  bytes: Uint8Array,
  limits?: Partial<BencodeLimits>,
): { value: BencodeDictionary; spans: Map<string, Span> } {
  const reader = new Reader(bytes, limits)
  const spans = new Map<string, Span>()
  const value = reader.outerDictionary(spans)
  reader.finish()
  return { value, spans }
}

/** Whether a value is a dictionary, and not an integer, a byte string, a list or absent. */
export function isBencodeDictionary(value: BencodeValue | undefined): value is BencodeDictionary {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
}

class Reader {
  position = 0
  private readonly bytes: Uint8Array
  private readonly maxDepth: number
  private tokensLeft: number

  constructor(bytes: Uint8Array, limits: Partial<BencodeLimits> | undefined) {
    this.bytes = plainView(bytes)
    this.maxDepth = limits?.maxDepth ?? bencodeLimits.maxDepth
    this.tokensLeft = limits?.maxTokens ?? bencodeLimits.maxTokens
  }

  value(depth: number): BencodeValue {
    this.countToken()
    const byte = this.bytes[this.position]
    if (byte === integerStart) return this.integer()
    if (byte === listStart) return this.list(this.deeper(depth))
    if (byte === dictionaryStart) return this.dictionary(this.deeper(depth))
    return this.byteString()
  }

  outerDictionary(spans: Map<string, Span>): BencodeDictionary {
    this.countToken()
    if (this.bytes[this.position] !== dictionaryStart) throw this.refusal('not a dictionary')
    return this.dictionary(this.deeper(0), spans)
  }

  finish(): void {
    if (this.position !== this.bytes.length) throw this.refusal('data after the end')
  }

  private integer(): number {
    this.position++
    const negative = this.bytes[this.position] === minus
    if (negative) this.position++
    const value = this.digits(containerEnd)
    if (!negative) return value
    if (value === 0) throw this.refusal('negative zero')
    return -value
  }

  private list(depth: number): BencodeValue[] {
    const list: BencodeValue[] = []
    this.position++
    while (this.bytes[this.position] !== containerEnd) list.push(this.value(depth))
    this.position++
    return list
  }

  private dictionary(depth: number, spans?: Map<string, Span>): BencodeDictionary {
    const dictionary = Object.create(null) as BencodeDictionary
    this.position++
    while (this.bytes[this.position] !== containerEnd) {
      const key = this.key()
      if (key in dictionary) throw this.refusal('a key twice')
      const start = this.position
      dictionary[key] = this.value(depth)
      spans?.set(key, { start, end: this.position })
    }
    this.position++
    return dictionary
  }

  private key(): string {
    this.countToken()
    const bytes = this.byteString()
    if (bytes.length > maxKeyLength) throw this.refusal('a key too long')
    return binaryText(bytes)
  }

  private byteString(): Uint8Array {
    const length = this.digits(colon)
    const start = this.position
    if (length > this.bytes.length - start) throw this.refusal('a string past the end')
    this.position = start + length
    return this.bytes.subarray(start, this.position)
  }

  private digits(terminator: number): number {
    const start = this.position
    let value = 0
    for (let byte = this.bytes[start]; byte !== terminator; byte = this.bytes[++this.position]) {
      const digit = byte === undefined ? -1 : byte - zero
      if (digit < 0 || digit > 9) throw this.refusal(byte === undefined ? 'cut off' : 'an unexpected byte')
      if (value === 0 && this.position > start) throw this.refusal('a leading zero')
      value = value * 10 + digit
      if (value > Number.MAX_SAFE_INTEGER) throw this.refusal('a number too large')
    }
    if (this.position === start) throw this.refusal('a number without digits')
    this.position++
    return value
  }

  private deeper(depth: number): number {
    if (depth >= this.maxDepth) throw this.refusal('nested too deeply')
    return depth + 1
  }

  private countToken(): void {
    if (--this.tokensLeft < 0) throw this.refusal('too many values')
  }

  private refusal(reason: string): RestTorrentError {
    return new RestTorrentError('invalid_bencode', `bencode at byte ${this.position}: ${reason}`)
  }
}

// A subclass would hand its own kind to every view, and some subclasses copy where this one shares.
function plainView(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
