/** Real HTTP and TCP servers on loopback that remember what reached them. */
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A listening server; `connections` counts every TCP connection, also those that send nothing. */
export interface Origin {
  url: string
  port: number
  connections: number
  close: () => Promise<void>
}

const open = new Set<Origin>()

/** Closes every server that is still open: for `after.each`, so that a failed test leaves nothing behind. */
export async function closeOrigins(): Promise<void> {
  for (const origin of open) await origin.close()
}

/** An HTTP server on an address of 127/8 and a free port. */
export async function startOrigin(handler: RequestListener, address = '127.0.0.1'): Promise<Origin> {
  return await listen(createHttpServer(handler), address, 0)
}

/** A TCP server that hands each connection to `speak`; it needs not speak HTTP. */
export async function startTcp(
  speak: (socket: Socket) => void,
  address = '127.0.0.1',
  port = 0,
): Promise<Origin> {
  return await listen(createTcpServer(speak), address, port)
}

/** Counts the connections of a server and closes them with it. */
export async function listen(server: Server, address: string, port: number): Promise<Origin> {
  const sockets = new Set<Socket>()
  server.listen(port, address)
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  const origin: Origin = {
    url: `http://${address}:${bound}`,
    port: bound,
    connections: 0,
    close: async () => {
      if (!open.delete(origin)) return
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  open.add(origin)
  server.on('connection', (socket: Socket) => {
    origin.connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  return origin
}
