/** The forms in which callers name files of a torrent and say how much they want them. */
import * as z from 'zod'
import { highestPriority, namedPriorities } from './file-priorities.ts'

const mostFiles = 20_000
const mostIndexes = 10_000
const names = Object.keys(namedPriorities)
const known = new Map<number | string, number>(Object.entries(namedPriorities))

const onePriority = { error: `must be from 0 to ${highestPriority}, or one of ${names.join(', ')}` }
const priorities = { error: `must be priorities from 0 to ${highestPriority}, or ${names.join(', ')}` }
const indexes = { error: 'must be indexes of files, from 0' }

/** A priority from 0 to 7: a number, digits, or one of `skip`, `low`, `normal` and `high`. */
export const priority = z
  .union([z.int(), z.string()], onePriority)
  .transform(numberOfPriority)
  .pipe(z.int(onePriority).min(0, onePriority).max(highestPriority, onePriority))

/** A list of them: `[4, 0, 7]`, `"4,0,7"` or `"normal,skip,high"`; an empty text is an empty list. */
export const priorityList = listWith('must be a list of priorities')
  .transform((list) => list.map(numberOfPriority))
  .pipe(z.array(z.int(priorities).min(0, priorities).max(highestPriority, priorities)).max(mostFiles))

/** Places of files in the metainfo: `[0, 3]`, `"0,3"` or one. */
export const indexList = listWith(indexes.error)
  .transform((list) => list.map(toNumber))
  .pipe(
    z
      .array(
        z
          .int(indexes)
          .min(0, indexes)
          .max(mostFiles - 1, indexes),
      )
      .min(1, indexes)
      .max(mostIndexes),
  )

function listWith(error: string) {
  return z.union(
    [
      z.int().transform((one) => [one]),
      z
        .string()
        .max(8 * mostFiles)
        .transform((text) => (text === '' ? [] : text.split(',').map((part) => part.trim()))),
      z.array(z.union([z.int(), z.string()])),
    ],
    { error },
  )
}

function numberOfPriority(given: number | string): number {
  return known.get(given) ?? toNumber(given)
}

function toNumber(given: number | string): number {
  return given === '' ? Number.NaN : Number(given)
}
