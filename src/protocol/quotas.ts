/** What a key with all sessions that it makes, or one session, may use at the most. */
import * as z from 'zod'
import { integer } from './parameters.ts'

const bounds = {
  sessions: 'sessions at the same time',
  torrents: 'torrents at the same time',
  disk_bytes: 'bytes of the torrents that are listed, reserved when one is added or its metadata is known',
  peers: 'connected peers; shared out over sessions by their max_peers',
  download_rate: 'bytes/s of payload; shared out over sessions by their download_limit',
  upload_rate: 'bytes/s of payload; shared out over sessions by their upload_limit',
  adds_minute: 'torrents added within 60 s',
  transfer_month: 'bytes of payload, received and sent, in a calendar month (UTC)',
} as const

export type QuotaName = keyof typeof bounds

/** All of them. */
export const quotaNames = Object.keys(bounds) as QuotaName[]
type Form<T extends z.ZodType> = { [N in QuotaName]: z.ZodOptional<T> }

function shapeOf<T extends z.ZodType>(make: (name: QuotaName) => T): Form<T> {
  return Object.fromEntries(quotaNames.map((name) => [name, make(name).optional()])) as Form<T>
}

/** Quotas as they are kept and shown; what is absent is not bounded. */
export const quotas = z.object(shapeOf((name) => z.number().describe(bounds[name])))
export type Quotas = z.output<typeof quotas>

const amount = (name: QuotaName) => integer(0, Number.MAX_SAFE_INTEGER).describe(`quota: ${bounds[name]}`)

type InputShape = {
  [N in QuotaName as `quota_${N}`]: z.ZodOptional<ReturnType<typeof amount>>
}

/** The parameters that set quotas, each its name after `quota_`. */
export const quotaInput = Object.fromEntries(
  quotaNames.map((name) => [`quota_${name}`, amount(name).optional()]),
) as InputShape

/** The quotas among parameters. */
export function quotasOf(input: { readonly [N in keyof InputShape]?: number | undefined }): Quotas {
  const given = quotaNames.flatMap((name) => {
    const value = input[`quota_${name}`]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(given)
}
