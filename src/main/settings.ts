/**
 * The settings table: every `RESTTORRENT_*` variable and its flag, once. The reference in the README is
 * checked against it.
 */
import { resolve } from 'node:path'
import * as z from 'zod'
import { parseAddressRanges } from '../protocol/address-policy.ts'
import { keyPattern } from '../protocol/access.ts'
import { flag, integer } from '../protocol/parameters.ts'
import { logLevels } from '../protocol/session-rpc.ts'

const names = z
  .string()
  .transform((value) => value.split(',').map((name) => name.trim().toLowerCase()))
  .transform((list) => list.filter((name) => name !== ''))

const ranges = z.string().transform((value, context) => {
  try {
    return parseAddressRanges(value)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not valid' })
    return z.NEVER
  }
})

const nodePattern = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]):\d{1,5}$/
const nodes = names.refine((list) => list.every((node) => nodePattern.test(node)), {
  error: 'must be host:port, separated by commas',
})

/** Addresses that only this machine reaches. */
export const loopbackHost = /^(127(\.(25[0-5]|2[0-4]\d|1?\d{1,2})){3}|::1|localhost)$/

/** One setting: its schema (input is always text), its default as text, and one line of description. */
export const settingsTable = {
  RESTTORRENT_HOST: {
    schema: z.union([z.literal('localhost'), z.ipv4(), z.ipv6()], {
      error: 'must be an IP address or localhost',
    }),
    default: '127.0.0.1',
    description: 'address the API listens on',
  },
  RESTTORRENT_PORT: {
    schema: integer(0, 65535),
    default: '3000',
    description: 'port of the API; 0 picks a free one',
  },
  RESTTORRENT_DATA_DIR: {
    schema: z
      .string()
      .min(1)
      .transform((path) => resolve(path)),
    default: './data',
    description: 'folder of what RestTorrent keeps for itself',
  },
  RESTTORRENT_ROOT_DIR: {
    schema: z.string().transform((path) => (path === '' ? '' : resolve(path))),
    default: '',
    description: 'folder every save_path is confined to; default: downloads in the data directory',
  },
  RESTTORRENT_LISTEN_HOST: {
    schema: z.union([z.literal(''), z.ipv4(), z.ipv6()], { error: 'must be an IP address' }),
    default: '',
    description: 'address BitTorrent listens on; default: all of them',
  },
  RESTTORRENT_ALLOW_PRIVATE: {
    schema: ranges,
    default: '',
    description: 'ranges that fetches and peers may use beside public ones: loopback, private or CIDRs',
  },
  RESTTORRENT_ALLOW_PRIVATE_PEERS: {
    schema: ranges,
    default: '',
    description: 'the same for peers and trackers only',
  },
  RESTTORRENT_IP_FILTER: {
    schema: z.string().transform((path) => (path === '' ? '' : resolve(path))),
    default: '',
    description: 'file of addresses that no session meets (CIDR, DAT or P2P); read again at SIGHUP and daily',
  },
  RESTTORRENT_DHT_BOOTSTRAP: {
    schema: nodes,
    default: 'router.bittorrent.com:6881,dht.transmissionbt.com:6881,dht.libtorrent.org:25401',
    description: 'nodes that the DHT begins with, host:port, separated by commas; empty: only those it knew',
  },
  RESTTORRENT_ALLOWED_HOSTS: {
    schema: names,
    default: '',
    description: 'host names the API answers to, beside localhost and IP addresses, separated by commas',
  },
  RESTTORRENT_TRUSTED_PROXIES: {
    schema: ranges,
    default: '',
    description: 'ranges of proxies whose X-Forwarded-For names the caller: loopback, private or CIDRs',
  },
  RESTTORRENT_TLS_CERT: {
    schema: z.string().transform((path) => (path === '' ? '' : resolve(path))),
    default: '',
    description: 'certificate (PEM) to serve TLS with; read again at SIGHUP',
  },
  RESTTORRENT_TLS_KEY: {
    schema: z.string().transform((path) => (path === '' ? '' : resolve(path))),
    default: '',
    description: 'its private key (PEM)',
  },
  RESTTORRENT_SOCKETS_PER_KEY: {
    schema: integer(1, 100_000),
    default: '20',
    description: 'Socket.IO connections of one key at the same time',
  },
  RESTTORRENT_COMMANDS_PER_KEY: {
    schema: integer(1, 100_000),
    default: '30',
    description: 'commands a second over all Socket.IO connections of one key',
  },
  RESTTORRENT_MEMORY_ONLY: {
    schema: flag,
    default: '1',
    description: 'default of memory_only for new sessions',
  },
  RESTTORRENT_LOG_LEVEL: {
    schema: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }),
    default: 'info',
    description: 'least level that is logged',
  },
  RESTTORRENT_ADMIN_KEY: {
    schema: z.string().refine((key) => key === '' || keyPattern.test(key), {
      error: 'must be rt_ and 64 lower-case hex digits',
    }),
    default: '',
    description: 'key of the administrator, instead of one that is made and printed at the first start',
  },
  RESTTORRENT_NO_AUTH: {
    schema: flag,
    default: '0',
    isSwitch: true,
    description: '1: whoever reaches the API may do everything; with a loopback address only',
  },
} as const satisfies Record<string, SettingEntry>

interface SettingEntry {
  readonly schema: z.ZodType
  readonly default: string
  readonly description: string
  /** Its flag is given without a value. */
  readonly isSwitch?: true
}

export type SettingName = keyof typeof settingsTable
export type Settings = { readonly [N in SettingName]: z.output<(typeof settingsTable)[N]['schema']> }

export const settingNames = Object.keys(settingsTable) as SettingName[]

/** The flag of a setting: `RESTTORRENT_ROOT_DIR` is `--root-dir`. */
export function flagOf(name: SettingName): string {
  return `--${name.slice('RESTTORRENT_'.length).toLowerCase().replaceAll('_', '-')}`
}

/** Whether the flag of a setting is given without a value. */
export function isSwitch(name: SettingName): boolean {
  const entry: SettingEntry = settingsTable[name]
  return entry.isSwitch === true
}

/** The ranges that peers may be in beside public ones. */
export function peerRanges(settings: Settings): string[] {
  return [...settings.RESTTORRENT_ALLOW_PRIVATE, ...settings.RESTTORRENT_ALLOW_PRIVATE_PEERS]
}
