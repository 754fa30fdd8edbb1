import { readFileSync } from 'node:fs'

/** Memory of a process in MiB (Linux): `rss` with every page that it shares whole, `pss` with its part of them. */
export function memoryOf(pid: number): Readonly<Record<'rss' | 'pss', number>> {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const mib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024
  return { rss: mib('Rss'), pss: mib('Pss') }
}
