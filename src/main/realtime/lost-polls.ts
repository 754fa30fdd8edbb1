/** Tells the transport of polls whose connection is lost: a request without a body ends silently, see `http/server.ts`. */
import { ServerResponse, type IncomingMessage } from 'node:http'

/** A middleware of the transport; without it a lost poll is noticed only when a ping is not answered. */
export function tellLostPolls(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  // an upgrade comes with a stand-in that sends nothing
  if (response instanceof ServerResponse)
    response.once('close', () => {
      if (!response.writableFinished) request.emit('close')
    })
  next()
}
