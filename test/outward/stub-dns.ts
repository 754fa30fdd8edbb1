/** A real name server on loopback that answers A and AAAA questions over UDP as a test says. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/**
 * The addresses for the nth question (from 0) of this name and type; undefined leaves it unanswered. A name
 * among them is a CNAME, which owns what follows.
 */
export type Zone = (name: string, type: 'A' | 'AAAA', nth: number) => readonly string[] | undefined

/** Where the server listens as `address:port`, and what it was asked as `name type`. */
export interface StubDns {
  nameserver: string
  questions: string[]
}

const open = new Set<Socket>()

/** Closes every name server: for `after.each`. */
export function closeStubDns(): void {
  for (const socket of open) socket.close()
  open.clear()
}

/** Starts a name server for one zone, on a free port unless one is given. */
export async function startStubDns(zone: Zone, port = 0): Promise<StubDns> {
  const socket = createSocket('udp4')
  const questions: string[] = []
  socket.on('message', (query, from) => {
    const { name, type, end } = parseQuestion(query)
    const asked = `${name} ${type}`
    const addresses = zone(name, type, questions.filter((question) => question === asked).length)
    questions.push(asked)
    if (addresses !== undefined)
      socket.send(answer(query.subarray(0, end), addresses), from.port, from.address)
  })
  open.add(socket)
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  return { nameserver: `127.0.0.1:${socket.address().port}`, questions }
}

function parseQuestion(query: Buffer): { name: string; type: 'A' | 'AAAA'; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase())
    at += length + 1
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1) === 1 ? 'A' : 'AAAA', end: at + 5 }
}

function answer(question: Buffer, addresses: readonly string[]): Buffer {
  const reply = Buffer.from(question)
  reply.writeUInt16BE(0x8180, 2)
  reply.writeUInt16BE(addresses.length, 6)
  reply.writeUInt32BE(0, 8)
  let owner: Buffer = Buffer.from([0xc0, 0x0c]) // the name of the question
  const records = addresses.map((entry) => {
    if (isAddress(entry)) return record(owner, addressBytes(entry).length === 4 ? 1 : 28, addressBytes(entry))
    const alias = record(owner, 5, nameBytes(entry))
    owner = nameBytes(entry)
    return alias
  })
  return Buffer.concat([reply, ...records])
}

function isAddress(entry: string): boolean {
  return entry.includes(':') || /^[\d.]+$/.test(entry)
}

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(1, 2)
  head.writeUInt16BE(data.length, 8)
  return Buffer.concat([owner, head, data])
}

function nameBytes(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  return Buffer.concat([...labels, Buffer.from([0])])
}

function addressBytes(address: string): Buffer {
  return address.includes(':') ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number))
}

function ipv6Bytes(address: string): Buffer {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [left = [], right = []] = groups.map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
