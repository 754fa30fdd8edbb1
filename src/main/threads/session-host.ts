/** What runs one generation of a session, whatever it runs in: a thread today, a process for native addons. */
import type { SessionApi, SessionBoot, SessionEvent } from '../../protocol/session-rpc.ts'
import type { Rpc } from './rpc.ts'

/** How a generation ended. */
export interface HostExit {
  /** What was thrown, where something was; undefined after `process.exit` or a requested end. */
  readonly error: { readonly message: string; readonly stack: string | undefined } | undefined
}

/** What can be measured of a host from outside, also while it is busy. */
export interface HostVitals {
  readonly cpu: number
  readonly eventLoopUtilization: number
  readonly heapUsed: number
  readonly heapLimit: number
}

/** One run of a session worker. It lives once; a new generation is a new host. */
export interface SessionHost {
  readonly rpc: Rpc<SessionApi>
  /** Settles when the worker has ended, for whatever reason; never rejects. */
  readonly exited: Promise<HostExit>
  /** Takes at once what the worker has told until now: its events and its answers come by two ways. */
  hear(): void
  /** How often the worker's own loop has turned since it began. */
  beats(): number
  /**
   * Measures since the measure before; undefined when the host is gone, gives no answer in time, or does as little
   * as it did then.
   */
  vitals(): Promise<HostVitals | undefined>
  /** Ends the worker, also out of an endless loop. Settles with `exited`. */
  terminate(): Promise<HostExit>
}

/** What a host is started with. */
export interface HostOptions {
  readonly boot: Omit<SessionBoot, 'heartbeat'>
  readonly onEvent: (event: SessionEvent) => void
  /** A line the worker wrote to its standard output or error. */
  readonly onOutput: (line: string) => void
}

export type StartHost = (options: HostOptions) => SessionHost
