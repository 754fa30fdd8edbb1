/** A receiver of webhooks on 127.0.0.1. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from './suite.ts'

/** One request as it came. */
export interface Received {
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly body: Record<string, unknown>
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  /** In the order of arrival. */
  readonly received: readonly Received[]
  /** All that came, once there is one of these. */
  readonly when: (what: string, is: (one: Received) => boolean) => Promise<Received>
}

/** Starts a receiver that answers like this, with 204 unless told. */
export async function startReceiver(
  answer: (response: ServerResponse, one: Received) => void = (response) => response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const text = (await request.toArray()).join('')
      const body = JSON.parse(text || '{}') as Record<string, unknown>
      const one = { headers: request.headers, text, body }
      received.push(one)
      answer(response, one)
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    when: (what, is) => eventually(20_000, what, () => received.find(is)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

/** Whether it is signed by that secret, as the documentation tells a receiver to find out. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const [, time = '', mac = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['resttorrent-signature'])) ?? []
  const isNow = Math.abs(Number(time) * 1000 - Date.now()) < 60_000
  return isNow && createHmac('sha256', secret).update(`${time}.${text}`).digest('hex') === mac
}
