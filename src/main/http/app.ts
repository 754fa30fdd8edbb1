/**
 * The REST face of the command table: every route is made from the table, and every answer, also of
 * unknown paths and bugs, has the same two shapes.
 */
import { Hono } from 'hono'
import { commandNames, commands } from '../../protocol/commands.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { openAccess, type Access } from '../access/access.ts'
import type { Authentication } from '../access/authentication.ts'
import { checkHost, checkSameSite } from '../handlers/access.ts'
import type { Log } from '../handlers/answer.ts'
import type { Page } from '../handlers/page.ts'
import type { Caller, Handlers } from '../handlers/reply.ts'
import { failureAnswer, jsonAnswer, responseOf, textAnswer, type Answer } from './answers.ts'
import { runCommand } from './command.ts'
import { headerOf, type App, type AppEnv, type CommandContext } from './context.ts'
import { constantHeaders, preflightHeaders } from './headers.ts'
import { RepeatedReads } from './repeated-reads.ts'
import { callerOf } from './request-access.ts'
import { allowedMethods, routePath } from './routes.ts'

export interface AppOptions {
  readonly handlers: Handlers
  readonly authentication: Authentication
  /** Names beside IP literals and localhost that a Host header may have, without port. */
  readonly allowedHosts: readonly string[]
  /** Whether requests can be served in full; told by `/ready`. */
  readonly ready: () => boolean
  /** What is shown beside the commands. */
  readonly pages?: readonly Page[]
  readonly log: Log
}

type Handle = (c: CommandContext, caller: Caller) => Answer | Promise<Answer>

/** Who asks for what tells nothing of anybody. */
const anybody: Caller = { transport: 'rest', address: '', access: openAccess }
const readMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** The application, without a port. */
export function createApp(options: AppOptions): App {
  const app = new Hono<AppEnv>()
  const repeatedReads = new RepeatedReads(options)
  const guarded = (handle: Handle) => guard(options, handle, callerOfRequest)
  const unguarded = (handle: Handle) => guard(options, handle, () => anybody)
  for (const name of commandNames) {
    const { method, path } = commands[name]
    const run: Handle = (c, caller) => runCommand(c, name, caller, options, repeatedReads)
    app.on(method, routePath(path), guarded(run))
  }
  for (const page of options.pages ?? []) {
    const show: Handle = (_c, { access }) => pageAnswer(page, access)
    app.get(page.path, page.isPublic ? unguarded(show) : guarded(show))
  }
  app.get('/', unguarded(toReference))
  app.get('/health', unguarded(health))
  app.get('/ready', unguarded(ready(options)))
  app.options('*', unguarded(preflight))
  app.notFound(guarded(noRoute(options.log)))
  app.onError((error) => responseOf(failureAnswer(error, options.log)))
  return Object.assign(app, { repeatedReads })
}

/** Not a middleware: hono calls a route with a single handler directly. */
function guard(
  options: AppOptions,
  handle: Handle,
  identify: typeof callerOfRequest,
): (c: CommandContext) => Promise<Response> {
  return async (c) => {
    try {
      checkHost(headerOf(c, 'host'), options.allowedHosts)
      return responseOf(await handle(c, identify(c, options)))
    } catch (error) {
      return responseOf(failureAnswer(error, options.log))
    }
  }
}

/** A page that has a key was given it; one of another site that has none may only read. */
function callerOfRequest(c: CommandContext, { authentication }: AppOptions): Caller {
  const caller = callerOf(c, authentication)
  if (caller.access.key === null && !readMethods.includes(c.req.method)) {
    const [host, origin] = [headerOf(c, 'host'), headerOf(c, 'origin')]
    checkSameSite({ host, origin, secFetchSite: headerOf(c, 'sec-fetch-site') })
  }
  return caller
}

async function pageAnswer({ body, contentType, headers }: Page, access: Access): Promise<Answer> {
  return textAnswer(200, await body(access), contentType, headers)
}

/** Whoever opens the address that the server prints finds something to read. */
function toReference(): Answer {
  return { status: 302, headers: { ...constantHeaders, Location: '/docs' }, body: null }
}

function health(): Answer {
  return jsonAnswer(200, { status: 'success', uptime_ms: Math.round(process.uptime() * 1000) })
}

function ready({ ready: isReady }: AppOptions): Handle {
  return () => {
    if (isReady()) return jsonAnswer(200, { status: 'success' })
    throw new RestTorrentError('shutting_down', 'the server is stopping')
  }
}

function preflight(): Answer {
  return { status: 204, headers: { ...constantHeaders, ...preflightHeaders }, body: null }
}

function noRoute(log: Log): Handle {
  return (c) => {
    const allowed = allowedMethods(c.req.path)
    if (allowed.length === 0) throw new RestTorrentError('not_found', 'no such path')
    const error = new RestTorrentError('method_not_allowed', `the path has no method ${c.req.method}`)
    return failureAnswer(error, log, { Allow: allowed.join(', ') })
  }
}
