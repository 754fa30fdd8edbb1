/**
 * What the DHT's socket gets when it requires `bencode` (`build/engine/strict-bencode.ts`): a decoder of
 * its messages alone, which gives their byte strings as buffers, and an encoder.
 */
import { decodeBencode, isBencodeDictionary, type BencodeValue } from '../../../../protocol/bencode.ts'
import { encodeBencode, type Encodable } from '../../../../protocol/bencode-encode.ts'
import { RestTorrentError } from '../../../../protocol/errors.ts'
import { isKrpcMessage } from '../../../../protocol/krpc-message.ts'
import { peerLimits } from './engine-bencode.ts'

type Buffered = number | Buffer | Buffered[] | { [key: string]: Buffered }

/** A message of the DHT (BEP 5) whose fields have the types and lengths they must; throws `invalid_bencode`. */
export function decode(bytes: Uint8Array): Buffered {
  const message = decodeBencode(bytes, peerLimits)
  if (!isKrpcMessage(message)) throw new RestTorrentError('invalid_bencode', 'not a message of the DHT')
  return buffered(message)
}

/** The bencode of a message; throws `invalid_bencode`. */
export function encode(value: Encodable): Buffer {
  return Buffer.from(encodeBencode(value).buffer)
}

function buffered(value: BencodeValue): Buffered {
  if (typeof value === 'number') return value
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (!isBencodeDictionary(value)) return value.map(buffered)
  const dictionary = Object.create(null) as { [key: string]: Buffered }
  for (const key of Object.keys(value)) {
    const entry = value[key]
    if (entry !== undefined) dictionary[key] = buffered(entry)
  }
  return dictionary
}
