/** What a request of this program carries through hono, and what is read from it directly for speed. */
import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'
import type { RepeatedReads } from './repeated-reads.ts'

export interface AppEnv {
  Bindings: HttpBindings
}

export type CommandContext = Context<AppEnv>
/** The application; `repeatedReads` is its short way for a server that has Node's own request. */
export type App = Hono<AppEnv> & { readonly repeatedReads: RepeatedReads }

/** Node's own request; absent where the application is called without a port. */
export function incomingOf(c: CommandContext): IncomingMessage | undefined {
  return (c.env as HttpBindings | undefined)?.incoming
}

/** A request header by its lower-case name. */
export function headerOf(c: CommandContext, name: string): string | undefined {
  const incoming = incomingOf(c)
  return incoming === undefined ? c.req.header(name) : incoming.headers[name]?.toString()
}
