/**
 * The REST face of the command table: every route is made from the table, and every answer, also of
 * unknown paths and bugs, has the same two shapes.
 */
import { Hono } from 'hono'
import { commandNames, commands } from '../../protocol/commands.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { checkHost, checkSameSite } from '../handlers/access.ts'
import type { Log } from '../handlers/answer.ts'
import type { Handlers } from '../handlers/reply.ts'
import { runCommand } from './command.ts'
import { headerOf, type App, type AppEnv, type CommandContext } from './context.ts'
import { constantHeaders, preflightHeaders } from './headers.ts'
import { failureResponse, jsonResponse } from './respond.ts'
import { allowedMethods, routePath } from './routes.ts'

export interface AppOptions {
  readonly handlers: Handlers
  /** Names beside IP literals and localhost that a Host header may have, without port. */
  readonly allowedHosts: readonly string[]
  /** Whether requests can be served in full; told by `/ready`. */
  readonly ready: () => boolean
  readonly log: Log
}

type Handle = (c: CommandContext) => Response | Promise<Response>

const readMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** The application, without a port. */
export function createApp(options: AppOptions): App {
  const app: App = new Hono<AppEnv>()
  const guarded = (handle: Handle) => guard(options, handle)
  for (const name of commandNames) {
    const { method, path } = commands[name]
    app.on(
      method,
      routePath(path),
      guarded((c) => runCommand(c, name, options)),
    )
  }
  app.get('/health', guarded(health))
  app.get(
    '/ready',
    guarded(() => ready(options)),
  )
  app.options('*', guarded(preflight))
  app.notFound(guarded((c) => noRoute(c, options.log)))
  app.onError((error) => failureResponse(error, options.log))
  return app
}

/** Not a middleware: hono calls a route with a single handler directly. */
function guard({ allowedHosts, log }: AppOptions, handle: Handle): (c: CommandContext) => Promise<Response> {
  return async (c) => {
    try {
      const host = headerOf(c, 'host')
      checkHost(host, allowedHosts)
      if (!readMethods.includes(c.req.method)) {
        checkSameSite({
          host,
          origin: headerOf(c, 'origin'),
          secFetchSite: headerOf(c, 'sec-fetch-site'),
        })
      }
      return await handle(c)
    } catch (error) {
      return failureResponse(error, log)
    }
  }
}

function health(): Response {
  return jsonResponse(200, { status: 'success', uptime_ms: Math.round(process.uptime() * 1000) })
}

function ready({ ready: isReady, log }: AppOptions): Response {
  if (isReady()) return jsonResponse(200, { status: 'success' })
  return failureResponse(new RestTorrentError('shutting_down', 'the server is stopping'), log)
}

function preflight(): Response {
  return new Response(null, { status: 204, headers: { ...constantHeaders, ...preflightHeaders } })
}

function noRoute(c: CommandContext, log: Log): Response {
  const allowed = allowedMethods(c.req.path)
  if (allowed.length === 0) return failureResponse(new RestTorrentError('not_found', 'no such path'), log)
  const error = new RestTorrentError('method_not_allowed', `the path has no method ${c.req.method}`)
  return failureResponse(error, log, { Allow: allowed.join(', ') })
}
