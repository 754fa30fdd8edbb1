/**
 * Who may talk to the server while no key is required: callers that name an allowed host, and no page
 * of another site for what changes something.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { RestTorrentError } from '../../protocol/errors.ts'

/** The request headers that access depends on. */
export interface AccessHeaders {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly secFetchSite: string | undefined
}

const hostPattern = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i

/**
 * Throws `host_not_allowed` unless Host is an IP literal, localhost or a name of `allowedHosts`, with any
 * port: a name that an attacker points to this machine (DNS rebinding) is none of these.
 */
export function checkHost(host: string | undefined, allowedHosts: readonly string[]): void {
  const [, v6, name] = hostPattern.exec(host ?? '') ?? []
  if (v6 !== undefined && isIPv6(v6)) return
  if (name !== undefined && isAllowedName(name.toLowerCase().replace(/\.$/, ''), allowedHosts)) return
  throw new RestTorrentError('host_not_allowed', 'the Host header names no allowed host')
}

function isAllowedName(name: string, allowedHosts: readonly string[]): boolean {
  if (name === 'localhost' || isIPv4(name) || name.endsWith('.localhost')) return true
  return allowedHosts.some((allowed) => allowed.toLowerCase() === name)
}

/** Throws `cross_site_request` when the headers say that a page of another origin sent the request. */
export function checkSameSite({ host, origin, secFetchSite }: AccessHeaders): void {
  const sameSite =
    secFetchSite === undefined
      ? origin === undefined || isOriginOf(origin, host)
      : secFetchSite === 'same-origin' || secFetchSite === 'none'
  if (!sameSite) throw new RestTorrentError('cross_site_request', "a request from another site's page")
}

function isOriginOf(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host: originHost } = new URL(origin)
  const own = `${protocol}//${host ?? ''}`
  return originHost !== '' && URL.canParse(own) && new URL(own).host === originHost
}
