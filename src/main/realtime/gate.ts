/** Refuses a handshake, by polling or by upgrade, with the same statuses and bodies as REST. */
import { ServerResponse, STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { errorStatus } from '../../protocol/errors.ts'
import { failureBody, type Log } from '../handlers/answer.ts'

type Gate = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/** A middleware of the transport that refuses what `check` throws. */
export function createGate(check: (request: IncomingMessage) => void, log: Log): Gate {
  return (request, response, next) => {
    try {
      check(request)
    } catch (error) {
      refuse(request, response, error, log)
      return
    }
    next()
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, log: Log): void {
  const failure = failureBody(error, log)
  const status = errorStatus[failure.error.code]
  const body = JSON.stringify(failure)
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'no-store',
    Connection: 'close',
    'Content-Length': String(Buffer.byteLength(body)),
    'Content-Type': 'application/json',
    'X-Content-Type-Options': 'nosniff',
  }
  // an upgrade comes with a stand-in that sends nothing
  if (response instanceof ServerResponse) response.writeHead(status, headers).end(body)
  else writeRaw(request.socket, status, headers, body)
}

function writeRaw(socket: Socket, status: number, headers: Record<string, string>, body: string): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  // whoever leaves before reading a refusal is no fault of ours
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`)
}
