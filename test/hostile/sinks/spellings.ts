/**
 * Ways to write an address that nobody may be sent to, and what reaches it where everything is allowed:
 * `http` and `udp` URLs, or the address of a `peer`. `PORT` stands where the port is not the last thing.
 */
import { isIPv6 } from 'node:net'
import type { Zone } from '../../outward/stub-dns.ts'

/** How a sink reads the host that it is given. */
export type Reader = 'http' | 'udp' | 'peer'

/** One way to write an address. */
export interface Spelling {
  readonly host: string
  /** Who ends up at a canary where every address is allowed. */
  readonly reaches: readonly Reader[]
}

/** Stands for the public world: its packets stay in the namespace of the test. */
export const publicAddress = '8.8.8.8'

/** Names and their answers; a name among the answers is a CNAME, which owns what follows. */
const answers: Record<string, readonly string[]> = {
  'zero.example': ['0.0.0.0'],
  'compatible.example': ['::127.0.0.1'],
  'a.example': ['127.0.0.1'],
  'private.example': ['10.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'cgnat.example': ['100.64.0.1'],
  'aaaa.example': ['::1'],
  'unique-local.example': ['fd00::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'mapped-private.example': ['::ffff:10.0.0.1'],
  'nat64.example': ['64:ff9b::7f00:1'],
  '6to4.example': ['2002:7f00:1::'],
  'public-first.example': [publicAddress, '127.0.0.1'],
  'public-last.example': ['127.0.0.1', publicAddress],
  'public-a.example': [publicAddress, '::1'],
  'public-aaaa.example': ['127.0.0.1', '2606:4700:4700::1111'],
  'alias.example': ['a.example', '127.0.0.1'],
  'long-alias.example': ['alias.example', 'a.example', '127.0.0.1'],
  'alias-to-localhost.example': ['localhost', '127.0.0.1'],
  'localhost.localdomain': ['127.0.0.1'],
  'ip6-localhost': ['::1'],
  '127.0.0.1.nip.example': ['127.0.0.1'],
}

const literal = `
  127.0.0.1 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255
  192.168.0.1 169.254.0.1 169.254.169.254 100.64.0.1 100.127.255.254 192.0.0.1 192.0.2.1 198.18.0.1
  198.51.100.1 203.0.113.1 240.0.0.1 [::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001]
`
/** A datagram's answer has another address than was asked, so that one trial of these takes all its time. */
const echoless = `
  0.0.0.0 127.0.0.2 127.255.255.254 [::] [::127.0.0.1] [::7f00:1] [::ffff:127.0.0.1] [::FFFF:127.0.0.1] [::ffff:7f00:1]
  [0:0:0:0:0:ffff:127.0.0.1] [::ffff:10.0.0.1] [::ffff:169.254.169.254] [::ffff:0:127.0.0.1]
  [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::7f00:1] [2002:7f00:1::]
  [2002:a00:1::] [2002:a9fe:a9fe::1] [2001:0:7f00:1::1] [2001:0:4136:e378:8000:63bf:80ff:fffe]
  [2001:db8::1] [fc00::1] [fd00:ec2::254] [100::1] [2606:4700::5efe:7f00:1] [2606:4700::200:5efe:7f00:1]
`
const echolessNames = `
  unique-local.example mapped.example mapped-private.example nat64.example 6to4.example compatible.example
  public-aaaa.example
`
const elsewhere = '127.0.0.1:PORT\\.8.8.8.8 0 0x0 00000.0.0.0 zero.example'
const written = `
  127.1 127.0.1 0177.0.0.1 0177.1 0x7f.0.0.1 0x7f.1 0X7F.0X0.0X0.0X1 2130706433 0x7f000001 017700000001
  127.0.0.1. 127.1. 2852039166 0xa9fea9fe 0251.0376.0251.0376 169.254.43518 10.1 012.0.0.1
  %31%32%37.0.0.1 127%2e0%2e0%2e1 %6c%6f%63alhost １２７.0.0.1 127。0。0。1 127．0．0．1 127｡0｡0｡1 ①②⑦.0.0.1
  ⑯⑨.254.169.254 localhost LOCALHOST localhost. a.localhost a.b.LocalHost ｌｏｃａｌｈｏｓｔ loc\u00adalhost ⓛocalhost
`
const names = `
  a.example A.Example private.example metadata.example cgnat.example aaaa.example public-first.example
  public-last.example public-a.example alias.example long-alias.example alias-to-localhost.example
  localhost.localdomain ip6-localhost 127.0.0.1.nip.example
`
/** What no reader takes for an address, or no socket of this system can be opened to. */
const unusable = `
  [fe80::1] [fe80::1%25lo] [fe80::1%lo] [::1%25lo] [::1%lo] 127.0.0.1%lo 127.0.0.1%00 127.0.0.256 0x7f.0.0.0x100
  4294967297 127.0.0.1.. 127..1 1.127.0.0.0.1 [127.0.0.1] ::1 [::1 [ff02::1] [ff0e::1] 224.0.0.1
  239.255.255.250 255.255.255.255 8.8.8.8%40127.0.0.1 127.0.0.1%2f@8.8.8.8%23
`
/** URLs with credentials are fetched by nobody; a UDP tracker has no use for them and drops them. */
const withUser = `user@127.0.0.1 user:pass@127.0.0.1 8.8.8.8@127.0.0.1 8.8.8.8:80@127.0.0.1 %38@127.0.0.1 user:@[::1]`
/** A backslash is a slash to HTTP, so that the host ends before it. */
const endsEarly = `127.0.0.1:PORT\\@8.8.8.8 127.0.0.1:PORT#@8.8.8.8 127.0.0.1:PORT?@8.8.8.8`

/** Names whose first answer is public and whose later ones are not: one for each sink. */
export const rebinding = 'rebinding.example'

/** Every way, each once. */
export const spellings: readonly Spelling[] = [
  ...listed(literal, ['http', 'udp', 'peer']),
  ...listed(echoless, ['http', 'peer']),
  ...listed(echolessNames, ['http']),
  ...listed(elsewhere, ['http']),
  ...listed(written, ['http', 'udp']),
  ...listed(names, ['http', 'udp']),
  ...listed(unusable, []),
  ...listed(withUser, ['udp']),
  ...listed(endsEarly, ['http', 'udp']),
]

/** Those that lead this reader to a canary, or one in `every` of them. */
export function reaching(reader: Reader | undefined, every = 1): Spelling[] {
  const all = spellings.filter(({ reaches }) => reaches.some((one) => one === reader))
  return all.filter((_, at) => at % every === 0)
}

/** What the name server of the namespace says. */
export const zone: Zone = (name, type, nth) => {
  if (name.endsWith(rebinding)) return type === 'A' ? [nth === 0 ? publicAddress : '127.0.0.1'] : []
  const found = answers[name] ?? []
  return found.filter((entry) => !/^[\d.:a-f]+$/.test(entry) || isIPv6(entry) === (type === 'AAAA'))
}

/** The host with its port. */
export function withPort(host: string, port: number): string {
  return host.includes('PORT') ? host.replace('PORT', String(port)) : `${host}:${port}`
}

function listed(text: string, reaches: readonly Reader[]): Spelling[] {
  return text
    .trim()
    .split(/\s+/)
    .map((host) => ({ host, reaches }))
}
