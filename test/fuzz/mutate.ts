/** Makes hostile bytes of good ones, the same for the same chances. */
import type { Random } from '../torture/random.ts'

const mostBytes = 64 * 1024
const tokens = [
  'd',
  'l',
  'e',
  'i',
  '-1',
  '0:',
  'i-0e',
  '99999999999999999999',
  '1:',
  'le',
  'de',
  '-5:',
  '\0',
  '..',
  '/',
  '%',
  '\xff',
].map((text) => Buffer.from(text, 'latin1'))
const numbers = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

/** One to four changes of a sample: bits, bytes, numbers, tokens, pieces of itself or of another sample. */
export function mutate(random: Random, samples: readonly Buffer[]): Buffer {
  let bytes: Buffer = Buffer.from(random.pick(samples))
  for (let rounds = random.between(1, 5); rounds > 0; rounds -= 1) bytes = changed(random, bytes, samples)
  return bytes.subarray(0, mostBytes)
}

function changed(random: Random, bytes: Buffer, samples: readonly Buffer[]): Buffer {
  const at = random.between(0, bytes.length + 1)
  const end = Math.min(bytes.length, at + random.between(0, 20))
  switch (random.between(0, 8)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 8))
      return bytes
    case 1:
      if (at < bytes.length) bytes[at] = random.between(0, 256)
      return bytes
    case 2:
      if (at + 4 <= bytes.length) bytes.writeUInt32BE(random.pick(numbers), at)
      return bytes
    case 3:
      return Buffer.concat([bytes.subarray(0, at), random.pick(tokens), bytes.subarray(at)])
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)])
    case 5:
      return bytes.subarray(0, at)
    case 6:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end)])
    default: {
      const other = random.pick(samples)
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.between(0, other.length + 1))])
    }
  }
}
