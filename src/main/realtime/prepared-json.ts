/**
 * JSON that was made already, within what is sent over Socket.IO, which would look through every object and
 * make its text for each receiver anew.
 */
import { randomBytes } from 'node:crypto'
import type { Server } from 'socket.io'

/** What no caller can have sent, so that it stands for prepared JSON alone. */
const mark = `prepared ${randomBytes(16).toString('hex')}`
const quotedMark = JSON.stringify(mark)

/** A value of a packet, or of an object in it, that is sent as this JSON. One packet holds one at the most. */
export class PreparedJson {
  readonly json: string

  constructor(json: string) {
    this.json = json
  }

  toJSON(): string {
    return mark
  }
}

/** Has the server send prepared JSON as what it stands for. */
export function sendPrepared({ encoder }: Pick<Server, 'encoder'>): void {
  const encode = encoder.encode.bind(encoder)
  encoder.encode = (packet) => {
    const parts: unknown[] = encode(packet)
    const prepared = preparedIn((packet as { data?: unknown }).data)
    if (prepared === undefined) return parts
    return parts.map((part) =>
      typeof part === 'string' ? part.replace(quotedMark, () => prepared.json) : part,
    )
  }
}

/** Packets hold it as an argument of the event, or as a field of one. */
function preparedIn(data: unknown): PreparedJson | undefined {
  if (!Array.isArray(data)) return undefined
  const values = (data as unknown[]).flatMap((one) => [one, ...fieldsOf(one)])
  return values.find((one) => one instanceof PreparedJson)
}

function fieldsOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : []
}
