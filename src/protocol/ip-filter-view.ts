import * as z from 'zod'
import { wireError } from './torrent.ts'

/** What is shown of a session's filter. */
export const ipFilterView = z.object({
  ranges: z.int().describe('ranges that were read and are obeyed'),
  skipped_lines: z.int().describe('lines that say no range'),
  loaded_at: z.number().nullable().describe('when it was read where it comes from; null: never'),
  error: wireError
    .extend({ at: z.number() })
    .nullable()
    .describe('why it could not be read anew; what was read before is obeyed meanwhile'),
})
export type IpFilterView = z.output<typeof ipFilterView>
