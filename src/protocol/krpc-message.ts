import { isBencodeDictionary, type BencodeDictionary, type BencodeValue } from './bencode.ts'

const idLength = 20
const compactNodeLength = idLength + 6
const compactPeerLengths: readonly number[] = [6, 18]
/** Far more than any node sends. */
const longestTransaction = 32
const longestToken = 128
const mostNodes = 100
const mostPeers = 1000

/** Whether a decoded value is a query, an answer or an error (BEP 5, 44) that can be worked with as it is. */
export function isKrpcMessage(value: BencodeValue): value is BencodeDictionary {
  if (!isBencodeDictionary(value) || !isBytes(value.t, 1, longestTransaction)) return false
  if (!(value.y instanceof Uint8Array) || value.y.length !== 1) return false
  switch (String.fromCharCode(value.y[0] ?? 0)) {
    case 'q':
      return value.q instanceof Uint8Array && isQuery(value.a)
    case 'r':
      return isAnswer(value.r)
    case 'e':
      return isError(value.e)
    default:
      return false
  }
}

function isQuery(query: BencodeValue | undefined): boolean {
  if (!isBencodeDictionary(query) || !isId(query.id)) return false
  const { target, info_hash, port, implied_port, token, seq, cas } = query
  return (
    isAbsentOr(target, isId) &&
    isAbsentOr(info_hash, isId) &&
    isAbsentOr(port, isPort) &&
    [implied_port, seq, cas].every((number) => isAbsentOr(number, isCount)) &&
    isAbsentOr(token, isToken) &&
    isItem(query)
  )
}

function isAnswer(answer: BencodeValue | undefined): boolean {
  if (!isBencodeDictionary(answer) || !isId(answer.id)) return false
  const { nodes, values, token, seq } = answer
  return (
    isAbsentOr(nodes, isNodes) &&
    isAbsentOr(values, isPeers) &&
    isAbsentOr(token, isToken) &&
    isAbsentOr(seq, isCount) &&
    isItem(answer)
  )
}

/** Stored items (BEP 44) travel in queries and in answers. */
function isItem({ k, sig, salt }: BencodeDictionary): boolean {
  return (
    isAbsentOr(k, (key) => isBytes(key, 32, 32)) &&
    isAbsentOr(sig, (signature) => isBytes(signature, 64, 64)) &&
    isAbsentOr(salt, (text) => isBytes(text, 0, 64))
  )
}

function isError(error: BencodeValue | undefined): boolean {
  return (
    Array.isArray(error) &&
    typeof error[0] === 'number' &&
    isAbsentOr(error[1], (text) => isBytes(text, 0, 1000))
  )
}

function isNodes(value: BencodeValue): boolean {
  return isBytes(value, 0, mostNodes * compactNodeLength) && value.length % compactNodeLength === 0
}

function isPeers(value: BencodeValue): boolean {
  if (!Array.isArray(value) || value.length > mostPeers) return false
  return value.every((peer) => peer instanceof Uint8Array && compactPeerLengths.includes(peer.length))
}

function isId(value: BencodeValue | undefined): boolean {
  return isBytes(value, idLength, idLength)
}

function isToken(value: BencodeValue): boolean {
  return isBytes(value, 0, longestToken)
}

function isPort(value: BencodeValue): boolean {
  return isCount(value) && value <= 65535
}

function isCount(value: BencodeValue): value is number {
  return typeof value === 'number' && value >= 0
}

function isBytes(value: BencodeValue | undefined, least: number, most: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= least && value.length <= most
}

function isAbsentOr(value: BencodeValue | undefined, holds: (value: BencodeValue) => boolean): boolean {
  return value === undefined || holds(value)
}
