/** What a handler answers: a value, or bytes that are ready to be sent as they are. */
import type { CommandInput, CommandName, CommandOutput } from '../../protocol/commands.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import type { Access } from '../access/access.ts'

/** How old a read is, and whether the worker it comes from is silent. */
export interface Freshness {
  readonly ageMs: number
  readonly stale: boolean
}

/** A whole success body as JSON bytes, the same buffers until something changes. */
export interface ReadyBody<T> {
  /** A strong entity tag (RFC 9110), quotes included. */
  readonly etag: string
  /** The body, one part after the other. */
  parts(): readonly Uint8Array[]
  /** The fields beside `status`, for transports that do not send bytes. */
  value(): T
}

/** A file to be downloaded, for transports that send bytes. */
export interface FileBody {
  readonly name: string
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** A value to be serialized, over REST as a file where there is one, or a body that is ready. */
export type Reply<T> =
  | { readonly value: T; readonly freshness?: Freshness; readonly file?: FileBody }
  | { readonly ready: ReadyBody<T>; readonly freshness: Freshness }

/** Who calls, as far as a handler may know. */
export interface Caller {
  readonly transport: 'rest' | 'socket'
  readonly address: string
  /** Where a caller over REST that may be given a file reaches the server, such as `http://127.0.0.1:3000`. */
  readonly origin?: string
  readonly access: Access
  /** As it came, see `IdempotentCalls`. */
  readonly idempotencyKey?: string
  /**
   * What notes the success of the call in the audit log. A handler whose success is one write writes it there, and
   * the answer waits for one commit instead of two.
   */
  readonly noteBeside?: ((made: object) => readonly StoreOperation[]) | undefined
}

/** One handler for each command of the table. */
export type Handlers = {
  readonly [N in CommandName]: (
    input: CommandInput<N>,
    caller: Caller,
  ) => Reply<CommandOutput<N>> | Promise<Reply<CommandOutput<N>>>
}
