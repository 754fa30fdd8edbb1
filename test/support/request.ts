/** One HTTP request to the server under test, on a connection of its own so that none stays open. */
import { once } from 'node:events'
import { request as send, type IncomingMessage } from 'node:http'
import type { Answered } from './faces.ts'

const answerWithinMs = 60_000

export interface RequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** At most one of these is the body. */
  readonly json?: unknown
  readonly form?: FormData | URLSearchParams
  readonly text?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The text as JSON; reading it throws where it is none. */
  readonly body: Answered
}

/** Sends a request and reads the whole answer; `fetch` would take more than twice the processor time. */
export async function request(url: string, options: RequestOptions = {}): Promise<HttpAnswer> {
  const { method = 'GET', headers = {} } = options
  const { type, body } = await packed(options)
  const sent = send(url, {
    method,
    agent: false,
    headers: {
      connection: 'close',
      ...(type === null ? {} : { 'content-type': type }),
      ...(body && { 'content-length': body.length }),
      ...headers,
    },
    signal: AbortSignal.timeout(answerWithinMs),
  })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  sent.on('error', () => undefined) // a body that was refused need not be taken
  const text = Buffer.concat(await answer.toArray()).toString()
  return {
    status: answer.statusCode ?? 0,
    headers: headersOf(answer),
    text,
    get body() {
      return JSON.parse(text) as Answered
    },
  }
}

/** The bytes of a body and what they are. */
async function packed({ json, form, text }: RequestOptions): Promise<{ type: string | null; body?: Buffer }> {
  if (json !== undefined) return { type: 'application/json', body: Buffer.from(JSON.stringify(json)) }
  const content = form ?? text
  if (content === undefined) return { type: null }
  const made = new Response(content)
  return { type: made.headers.get('content-type'), body: Buffer.from(await made.arrayBuffer()) }
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value)
  return headers
}
