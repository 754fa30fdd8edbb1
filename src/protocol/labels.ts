/** What callers call a thing, for themselves: labels, and metadata of any form. */
import * as z from 'zod'
import { parsedJson, text } from './parameters.ts'

const mostLabels = 32
/** Bytes of the metadata of one torrent, as JSON. */
const mostMetadata = 4096

/** Labels as they are kept. */
export const labels = z.array(z.string())

/** Labels as callers give them: a list, or separated by commas; each once. */
export const labelList = z
  .union([z.string().transform((list) => (list === '' ? [] : list.split(','))), labels], {
    error: 'must be a list of labels',
  })
  .transform((list) => [...new Set(list.map((label) => label.trim()))])
  .pipe(
    z
      .array(text(64).regex(/^[^,]+$/, { error: 'a label must not be empty or hold a comma' }))
      .max(mostLabels, { error: `must not be more than ${mostLabels} labels` }),
  )

/** Metadata as it is kept: a JSON object. */
export const metadata = z
  .record(z.string(), z.unknown())
  .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= mostMetadata, {
    error: `must not be more than ${mostMetadata} bytes of JSON`,
  })

/** Metadata as callers give it: an object, or one as JSON text. */
export const metadataInput = z
  .union(
    [
      z
        .string()
        .max(2 * mostMetadata)
        .transform(parsedJson),
      z.record(z.string(), z.unknown()),
    ],
    {
      error: 'must be a JSON object',
    },
  )
  .pipe(metadata)
