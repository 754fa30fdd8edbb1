/**
 * A network namespace joined to this one by a pair of interfaces with private addresses: a place for a
 * client that never dials 127/8. Making one needs rights that not every machine gives to its tests.
 */
import { spawnSync } from 'node:child_process'

/** Two ends of one link: what listens on `host` here is reached from `inside` there, and back. */
export interface Namespace {
  readonly host: string
  readonly inside: string
  /** The command that runs a program inside. */
  readonly prefix: readonly string[]
  /** Deletes it, with its interfaces; the programs inside are stopped before. */
  remove(): void
}

/** A new namespace, or `denied` with the reason where making one is not permitted. */
export function makeNamespace(): Namespace | { denied: string } {
  const name = `rt-${process.pid}`
  const [near, far] = [`rt${process.pid}a`, `rt${process.pid}b`]
  // A /30 of a private range by our process id: two test runs at a time do not meet.
  const net = `10.${64 + ((process.pid >> 14) & 127)}.${(process.pid >> 6) & 255}`
  const first = (process.pid & 63) * 4
  const [host, inside] = [`${net}.${first + 1}`, `${net}.${first + 2}`]
  const remove = () => {
    // The link goes at once this way; with its namespace alone it may stay a while.
    ip(`link delete ${near}`)
    ip(`netns delete ${name}`)
  }
  for (const command of [
    `netns add ${name}`,
    `link add ${near} type veth peer name ${far} netns ${name}`,
    `address add ${host}/30 dev ${near}`,
    `link set ${near} up`,
    `-n ${name} address add ${inside}/30 dev ${far}`,
    `-n ${name} link set ${far} up`,
    `-n ${name} link set lo up`,
    `netns exec ${name} true`,
  ]) {
    const denied = ip(command)
    if (denied === undefined) continue
    remove()
    return { denied: `ip ${command}: ${denied}` }
  }
  return { host, inside, prefix: ['ip', 'netns', 'exec', name], remove }
}

/** Runs one command of `ip`; says why when it fails. */
function ip(command: string): string | undefined {
  const { status, stderr, error } = spawnSync('ip', command.split(' '), { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}
