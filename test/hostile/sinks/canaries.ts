/** Listeners on every address of a namespace, for TCP and UDP, that remember what reached them. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { encodeBencode } from '../../../src/protocol/bencode-encode.ts'

/** What arrived: at which of our addresses (for UDP: from which, the kernel answers from the same), at which port. */
export interface Visit {
  readonly transport: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
}

const notFound = 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'
const plain = (address = ''): string => address.replace(/^::ffff:/, '')

/** Opens `count` ports from `first` on; an HTTP request is answered 404, a UDP tracker's by an error. */
export async function openCanaries(first: number, count: number): Promise<Visit[]> {
  const visits: Visit[] = []
  const ports = Array.from({ length: count }, (_, at) => first + at)
  await Promise.all(
    ports.map(async (port) => {
      const server = createServer((socket) => {
        visits.push({ transport: 'tcp', address: plain(socket.localAddress), port })
        socket.on('error', () => undefined)
        socket.once('data', () => socket.end(notFound))
      })
      await once(server.listen(port, '::'), 'listening')
      const socket = createSocket('udp6')
      socket.on('message', (message, from) => {
        visits.push({ transport: 'udp', address: plain(from.address), port })
        const failure = [Buffer.from([0, 0, 0, 3]), message.subarray(12, 16), Buffer.from('no')]
        socket.send(Buffer.concat(failure), from.port, from.address)
      })
      socket.bind(port, '::')
      await once(socket, 'listening')
    }),
  )
  return visits
}

/** A server at a public address that redirects to wherever the path says. */
export async function openHub(
  address: string,
): Promise<{ redirect: (url: string, host?: string) => string }> {
  const server = createHttpServer((request, response) => {
    const [, target = ''] = (request.url ?? '').split(/[/?]/)
    response.setHeader('connection', 'close')
    response.writeHead(302, { location: escaped(Buffer.from(target, 'base64url').toString()) }).end()
  })
  const port = await bound(server, address)
  return {
    redirect: (url, host = address) => `http://${host}:${port}/${Buffer.from(url).toString('base64url')}`,
  }
}

/** A tracker at a public address that hands out these peers, as a list of dictionaries (BEP 3). */
export async function openTracker(
  address: string,
  peers: () => readonly { ip: string; port: number }[],
): Promise<string> {
  const server = createHttpServer((_, response) => {
    response.setHeader('connection', 'close')
    response.end(encodeBencode({ interval: 1800, peers: peers().map((peer) => ({ ...peer })) }))
  })
  return `http://${address}:${await bound(server, address)}/announce`
}

async function bound(server: Server, address: string): Promise<number> {
  await once(server.listen(0, address), 'listening')
  return (server.address() as AddressInfo).port
}

/** Headers hold bytes: what is not ASCII goes as the escapes of its UTF-8. */
function escaped(url: string): string {
  return url.replace(/[^ -~]+/g, encodeURIComponent)
}
