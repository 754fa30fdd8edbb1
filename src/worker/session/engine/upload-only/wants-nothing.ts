import type { Wire } from 'webtorrent'
import { isSeed } from '../is-seed.ts'

/** Whether the peer downloads nothing: it has every piece, or says that it only uploads (BEP 21). */
export function wantsNothing(wire: Wire): boolean {
  return isSeed(wire) || saysUploadOnly(wire)
}

/** Whether a connection with it leads nowhere if we want nothing, either: it does not come for the metadata. */
export function wantsNoMetadata(wire: Wire): boolean {
  const { metadata_size: length } = wire.peerExtendedHandshake
  return isSeed(wire) || (typeof length === 'number' && length > 0)
}

function saysUploadOnly({ peerExtendedHandshake: { upload_only: told } }: Wire): boolean {
  return typeof told === 'number' && told > 0
}
