/** Messages made by chance from the grammar of the wire (BEP 3, 5, 6, 10): mostly sound, some not. */
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import type { Random } from '../torture/random.ts'
import { extended, frame } from './raw-peer.ts'

const block = 16 * 1024
/** One of so many messages breaks a rule, so that a connection lives for a while. */
const brokenEvery = 5000
const broken = [0, 1, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 20]

/** The next message, its length in front. */
export function nextMessage(random: Random, pieceCount: number): Buffer {
  const piece = random.between(0, pieceCount)
  if (random.between(0, brokenEvery) === 0) {
    return frame(
      random.pick(broken),
      [],
      Buffer.from(Array.from({ length: random.between(2, 40) }, () => random.between(0, 256))),
    )
  }
  switch (random.between(0, 12)) {
    case 0:
      return Buffer.alloc(4)
    case 1:
      return frame(random.between(0, 4))
    case 2:
      return frame(4, [piece])
    case 3:
      return frame(6, [piece, 0, random.between(1, block + 1)])
    case 4:
      return frame(8, [piece, 0, block])
    case 5:
      return frame(9, [], Buffer.alloc(2))
    case 6:
      return frame(13, [piece])
    case 7:
      return frame(16, [piece, 0, block])
    case 8:
      return frame(17, [piece])
    case 9:
      return extended(0, {
        m: { ut_metadata: random.between(0, 4), ut_pex: random.between(0, 4) },
        reqq: piece,
      })
    case 10:
      return extended(1, encodeBencode({ msg_type: random.pick([0, 2, 3]), piece: 0 }))
    default:
      return frame(random.between(21, 250), [piece])
  }
}
