/** One HTTP request to the server under test, on a connection of its own so that none stays open. */
import type { Answered } from './faces.ts'

const answerWithinMs = 20_000

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

/** Sends a request and reads the whole answer. */
export async function request(url: string, options: RequestOptions = {}): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, json, form, text } = options
  const body = json === undefined ? (form ?? text) : JSON.stringify(json)
  const response = await fetch(url, {
    method,
    headers: {
      connection: 'close',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(answerWithinMs),
  })
  const answered = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text: answered,
    get body() {
      return JSON.parse(answered) as Answered
    },
  }
}
