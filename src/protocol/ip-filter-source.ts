/** Where the filter of a session comes from, as callers write it, and how it is read. */
import * as z from 'zod'
import type { FolderRequest } from './tasks.ts'
import { parseIpRange } from './ip-range.ts'

/** Longer lists are files. */
const mostListed = 100
const longestText = 8192
const control = /\p{Cc}/u

const form =
  'a URL, a path below the root, or ranges such as 192.0.2.0/24, 2001:db8::/32 and 192.0.2.1-192.0.2.9'

/** The setting `ip_filter` in its one spelling; empty: none. */
export const ipFilterSetting = z
  .union([z.string().max(longestText), z.array(z.string().max(100)).max(mostListed)], {
    error: `must be ${form}`,
  })
  .transform((value, context) => {
    const parts = typeof value === 'string' ? value.split(/[,\n]/) : value
    const listed = parts.map((part) => part.trim()).filter((part) => part !== '')
    if (typeof value === 'string' && !listed.some(isRange)) {
      if (!control.test(value)) return value.trim()
      context.addIssue({ code: 'custom', message: 'must not hold control characters' })
      return z.NEVER
    }
    const wrong = listed.find((part) => !isRange(part))
    if (wrong === undefined && listed.length <= mostListed) return listed.join(',')
    const message =
      wrong === undefined ? `must hold at most ${mostListed} ranges` : `"${wrong}" is no range of addresses`
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

/** What a setting that is not empty names. */
export function ipFilterKind(setting: string): 'list' | 'url' | 'path' {
  if (/^https?:\/\//i.test(setting)) return 'url'
  return isRange(setting.split(',', 1)[0] ?? '') ? 'list' : 'path'
}

/** The setting as it is shown: the query of a URL may hold a key. */
export function shownIpFilter(setting: string): string {
  return ipFilterKind(setting) === 'url' ? setting.replace(/\?.*$/s, '?…') : setting
}

/** What a task reads. */
export type IpFilterSource =
  /** Ranges, separated by commas. */
  | { readonly kind: 'list'; readonly text: string }
  /** Fetched where public addresses are, and in these ranges beside. */
  | { readonly kind: 'url'; readonly url: string; readonly allowedRanges: readonly string[] }
  /** A file that a caller names, by the path rule. */
  | ({ readonly kind: 'path' } & Omit<FolderRequest, 'neededBytes'>)
  /** A file that an operator names, or a copy. */
  | { readonly kind: 'file'; readonly file: string }

export interface IpFilterRequest {
  readonly source: IpFilterSource
  /** Where a copy of what was read is left, once it is known to be a filter. */
  readonly copy: { readonly folder: string; readonly name: string } | undefined
}

/** A filter that was read. */
export interface LoadedIpFilter {
  /** See `IpFilter`. */
  readonly packed: SharedArrayBuffer
  readonly ranges: number
  readonly skippedLines: number
  /** When it was read where it comes from. */
  readonly at: number
}

/** Copies of a session that are no longer of use. */
export interface IpFilterPruning {
  readonly folder: string
  readonly sessionId: string
  /** The one that stays. */
  readonly stays: string | undefined
}

/** The folder of the copies, in the data directory. */
export const ipFiltersFolder = 'ip-filters'

function isRange(text: string): boolean {
  return parseIpRange(text) !== undefined
}
