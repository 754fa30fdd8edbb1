/**
 * The forms in which callers may write a value. REST brings strings, JSON and Socket.IO bring typed
 * values; both end as the same type.
 */
import * as z from 'zod'

const flagWords = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  [1, true],
  [0, false],
  ['1', true],
  ['0', false],
  ['true', true],
  ['false', false],
])

/** A yes or no: `1`, `0`, `'1'`, `'0'`, `true` or `false`. */
export const flag = z
  .union([z.boolean(), z.literal([0, 1]), z.enum(['0', '1', 'true', 'false'])], {
    error: 'must be 0 or 1',
  })
  .transform((value) => flagWords.get(value) === true)

/** An integer from `min` to `max`, as a number or as decimal digits. */
export function integer(min: number, max: number): z.ZodType<number, number | string> {
  const error = `must be an integer from ${min} to ${max}`
  return z
    .union([z.int(), z.string().regex(/^\d{1,16}$/, { error })], { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
}

/** A number from `min` to `max`, as a number or as decimal digits. */
export function decimal(min: number, max: number): z.ZodType<number, number | string> {
  const error = `must be a number from ${min} to ${max}`
  return z
    .union([z.number(), z.string().regex(/^-?\d{1,16}(\.\d{1,6})?$/, { error })], { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
}

/** Bytes per second; callers mean no limit by 0. */
export const rate = integer(0, Number.MAX_SAFE_INTEGER)

const onePort = { error: 'must be ports from 1 to 65535' }
const twoPorts = { error: 'must be two ports such as "6881,6891"' }
const port = z.int(onePort).min(1, onePort).max(65535, onePort)

/** A range of ports: `"6881,6891"` or `[6881, 6891]`, first not above last. */
export const portRange = z
  .union(
    [z.string().regex(/^\d{1,5}\s*,\s*\d{1,5}$/, twoPorts), z.array(z.int()).length(2, twoPorts)],
    twoPorts,
  )
  .transform((value) => (typeof value === 'string' ? value.split(',') : value).map(Number))
  .pipe(z.array(port))
  .refine(([first = 0, last = 0]) => first <= last, { error: 'must not end before it begins' })

/** A list of ports to try in order: `[6881, 6882]`, `"6881,6882"` or one port. */
export const portList = z
  .union(
    [
      z.int().transform((one) => [one]),
      z.string().transform((text) => text.split(',').map((part) => part.trim())),
      z.array(z.union([z.int(), z.string()])),
    ],
    { error: 'must be a list of ports' },
  )
  .transform((list) => list.map(Number))
  .pipe(z.array(port).min(1, { error: 'must be a list of ports' }).max(1024))

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Bytes: binary where the transport has it (multipart, Socket.IO), else a base64 string. */
export const bytes = z
  .union(
    [
      z.instanceof(Uint8Array),
      z
        .string()
        .max(16 * 1024 * 1024)
        .regex(base64, { error: 'must be binary, or a base64 string' }),
    ],
    {
      error: 'must be binary, or a base64 string',
    },
  )
  .transform((value) =>
    typeof value === 'string' ? Uint8Array.from(atob(value), (c) => c.charCodeAt(0)) : value,
  )

// Without \p and the flag u: this is the `pattern` of the OpenAPI document, and readers of that know neither.
// eslint-disable-next-line no-control-regex
const withoutControls = /^[^\u0000-\u001f\u007f-\u009f]*$/

/** Printable text of a bounded length, without control characters. */
export function text(maxLength: number): z.ZodString {
  return z.string().max(maxLength).regex(withoutControls, { error: 'must not hold control characters' })
}

/** What JSON text says, for `transform`; an issue where it is none. */
export function parsedJson(json: string, context: z.core.$RefinementCtx): unknown {
  try {
    return JSON.parse(json)
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' })
    return z.NEVER
  }
}
