/** API keys as they are kept and shown, and what a key may do. */
import * as z from 'zod'
import { quotas } from './quotas.ts'

/** What a key may do; each includes those before it. */
export const scopes = ['read', 'control', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** A key: `rt_` and 64 lower-case hex digits, 256 random bits. */
export const keyPattern = /^rt_[0-9a-f]{64}$/
/** What a key is listed and named by: its beginning, which tells nothing of the 208 bits that follow. */
export const keyPrefix = z.string().regex(/^rt_[0-9a-f]{12}$/)

/** Everything about a key but what proves it. */
export const keyEntry = z.object({
  prefix: keyPrefix.describe('the first 15 characters of the key: its name in lists and in the audit log'),
  name: z.string().describe('a label of your own'),
  scope: z.enum(scopes),
  sessions: z
    .union([z.literal('all'), z.array(z.string())])
    .describe('all, or the ids of the sessions that it may use beside those that it creates'),
  root: z.string().describe('folder below the root folder to which its sessions are confined; empty: none'),
  quotas: quotas.describe('for all sessions that it made together'),
  rate_limit: z.int().describe('requests and commands a second at the most; 0: any number'),
  created_at: z.number().describe('milliseconds since the epoch'),
})
export type KeyEntry = z.output<typeof keyEntry>

/** A key as the store keeps it. */
export interface KeyRecord extends KeyEntry {
  /** SHA-256 of the key in hex: right for what is 256 random bits, and for nothing that people choose. */
  readonly hash: string
}
