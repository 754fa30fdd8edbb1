import { transfer } from 'comlink'
import type { StoreOperation } from '../../protocol/store-rpc.ts'

/**
 * The operations as they go to the store: with bytes of their own, copied once and then moved. A clone would
 * take the whole buffer that a view is of, and bits that a worker shares would go on changing.
 */
export function moveOperations(operations: readonly StoreOperation[]): StoreOperation[] {
  const buffers: ArrayBuffer[] = []
  const own = <Bytes extends Uint8Array | undefined>(bytes: Bytes): Bytes | Uint8Array<ArrayBuffer> => {
    if (bytes === undefined) return bytes
    const copy = new Uint8Array(bytes)
    buffers.push(copy.buffer)
    return copy
  }
  return transfer(
    operations.map((operation) => withBytes(operation, own)),
    buffers,
  )
}

type Own = <Bytes extends Uint8Array | undefined>(bytes: Bytes) => Bytes | Uint8Array<ArrayBuffer>

function withBytes(operation: StoreOperation, own: Own): StoreOperation {
  switch (operation.type) {
    case 'put_torrent': {
      const { source } = operation.torrent
      const torrent = { ...operation.torrent, source: { ...source, rawInfo: own(source.rawInfo) } }
      return { ...operation, torrent }
    }
    case 'put_metadata':
      return { ...operation, rawInfo: own(operation.rawInfo) }
    case 'checkpoint':
      return { ...operation, checkpoint: { ...operation.checkpoint, bits: own(operation.checkpoint.bits) } }
    default:
      return operation
  }
}
