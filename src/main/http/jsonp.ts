/** JSONP: reads for script tags of any site, as a call of the function they name. */
import { RestTorrentError } from '../../protocol/errors.ts'
import { failureBody, successBody, type Log } from '../handlers/answer.ts'
import type { Reply } from '../handlers/reply.ts'
import { freshnessHeaders, textAnswer, type Answer } from './answers.ts'

const callbackPattern = /^[A-Za-z_$][\w$]{0,63}(\.[A-Za-z_$][\w$]{0,63}){0,3}$/
const utf8 = new TextDecoder()

/** The name of the function to call, if one is given; throws `invalid_parameter` where it cannot be. */
export function jsonpCallback(callback: unknown, allowed: boolean): string | undefined {
  if (callback === undefined) return undefined
  if (!allowed) throw new RestTorrentError('invalid_parameter', 'parameter callback: not for this command')
  if (typeof callback === 'string' && callbackPattern.test(callback)) return callback
  throw new RestTorrentError('invalid_parameter', 'parameter callback: must be a dotted name of a function')
}

/** The key that the address of a script brings; elsewhere than beside a callback it is no key. */
export function keyOfScript(url: string): string | undefined {
  if (!url.includes('api_key=')) return undefined
  const query = new URLSearchParams(url.slice(url.indexOf('?')))
  return query.has('callback') ? (query.get('api_key') ?? undefined) : undefined
}

/** A success as a script. */
export function jsonpReply(callback: string, reply: Reply<object>): Answer {
  const body =
    'ready' in reply
      ? utf8.decode(Buffer.concat(reply.ready.parts()))
      : JSON.stringify(successBody(reply.value))
  return script(callback, body, freshnessHeaders(reply.freshness))
}

/** A failure as a script; its HTTP status is 200, because a script tag reads no other. */
export function jsonpFailure(callback: string, error: unknown, log: Log): Answer {
  return script(callback, JSON.stringify(failureBody(error, log)), {})
}

/** The leading comment keeps the caller's name from being the first bytes of what some plug-in may run. */
function script(callback: string, body: string, headers: Record<string, string>): Answer {
  return textAnswer(
    200,
    `/**/${callback}(${escaped(body)});`,
    'application/javascript; charset=utf-8',
    headers,
  )
}

function escaped(body: string): string {
  return body.replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
