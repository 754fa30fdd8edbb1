import { RestTorrentError } from './errors.ts'

/** What can be written as bencode: text becomes UTF-8, an entry that is `undefined` is left out. */
export type Encodable = number | string | Uint8Array | readonly Encodable[] | EncodableDictionary

/** A dictionary to write; each character of a key stands for one byte, as in a decoded one. */
export interface EncodableDictionary {
  readonly [key: string]: Encodable | undefined
}

const encoder = new TextEncoder()

/** The canonical bencode of a value, keys in the order of their bytes (BEP 3); throws `invalid_bencode`. */
export function encodeBencode(value: Encodable): Uint8Array {
  const writer = new Writer()
  writer.value(value)
  return writer.written()
}

class Writer {
  private bytes = new Uint8Array(256)
  private length = 0

  written(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  value(value: Encodable): void {
    if (typeof value === 'number') this.integer(value)
    else if (typeof value === 'string') this.byteString(encoder.encode(value))
    else if (value instanceof Uint8Array) this.byteString(value)
    else if (isList(value)) this.list(value)
    else this.dictionary(value)
  }

  private integer(value: number): void {
    if (!Number.isSafeInteger(value)) throw refusal('a number that is not a safe integer')
    this.ascii(`i${value}e`)
  }

  private byteString(value: Uint8Array): void {
    this.ascii(`${value.length}:`)
    this.reserve(value.length)
    this.bytes.set(value, this.length)
    this.length += value.length
  }

  private list(values: readonly Encodable[]): void {
    this.ascii('l')
    for (const value of values) this.value(value)
    this.ascii('e')
  }

  private dictionary(dictionary: EncodableDictionary): void {
    this.ascii('d')
    for (const key of Object.keys(dictionary).sort()) {
      const value = dictionary[key]
      if (value === undefined) continue
      this.ascii(`${key.length}:${key}`)
      this.value(value)
    }
    this.ascii('e')
  }

  private ascii(text: string): void {
    this.reserve(text.length)
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code > 0xff) throw refusal('a key with a character that is not a byte')
      this.bytes[this.length++] = code
    }
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}

function isList(value: readonly Encodable[] | EncodableDictionary): value is readonly Encodable[] {
  return Array.isArray(value)
}

function refusal(reason: string): RestTorrentError {
  return new RestTorrentError('invalid_bencode', `cannot encode ${reason}`)
}
