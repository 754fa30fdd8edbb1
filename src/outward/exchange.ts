/** One HTTP request over a socket that is already open: no agent, no pool, no proxy, no cookies. */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { OutwardRequest } from './outward-request.ts'

const maxInterimAnswers = 8

/** Sends the request and resolves with the answer once its header is there; abort ends header and body. */
export async function exchange(
  { url, method, headers, body }: OutwardRequest,
  socket: Socket,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const request = httpRequest({
      createConnection: () => socket,
      method,
      path: url.pathname + url.search,
      headers: {
        'user-agent': 'RestTorrent',
        accept: '*/*',
        ...Object.fromEntries(headers),
        'accept-encoding': 'gzip, br',
        host: url.host,
      },
      signal,
    })
    let interimAnswers = 0
    request.on('information', () => {
      interimAnswers += 1
      if (interimAnswers > maxInterimAnswers) request.destroy(new Error('too many interim answers'))
    })
    request.on('response', (response) => {
      // An error before the body has a reader must not be uncaught; the reader sees it again.
      response.on('error', () => undefined)
      resolve(response)
    })
    request.on('error', reject)
    request.on('close', () => reject(new Error('closed without an answer')))
    request.end(body)
  })
}
