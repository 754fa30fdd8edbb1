import * as z from 'zod'

/** What a DHT node keeps over a restart: its id, 40 hex digits, and nodes that it knew, `host:port` (BEP 5). */
export const dhtTable = z.object({ nodeId: z.string(), nodes: z.array(z.string()) })
export type DhtTable = z.output<typeof dhtTable>
