/** Reads the settings from flags and environment, flags first, and refuses wrong ones all at once. */
import { parseArgs } from 'node:util'
import { version } from '../protocol/product.ts'
import {
  flagOf,
  isSwitch,
  loopbackHost,
  settingNames,
  settingsTable,
  type SettingName,
  type Settings,
} from './settings.ts'

export type ParsedSettings =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string }

/** Parses arguments (without node and script) and environment; never throws. */
export function parseSettings(args: readonly string[], env: NodeJS.ProcessEnv): ParsedSettings {
  let flags: Record<string, string | boolean | undefined>
  try {
    flags = parseArgs({ args: [...args], options: argumentOptions(), strict: true }).values
  } catch (error) {
    return { kind: 'refused', text: `${error instanceof Error ? error.message : String(error)}\n\n${help()}` }
  }
  if (flags['help'] === true) return { kind: 'help', text: help() }
  if (flags['version'] === true) return { kind: 'help', text: version }
  const values: Partial<Record<SettingName, unknown>> = {}
  const problems: string[] = []
  for (const name of settingNames) {
    const given = flags[flagOf(name).slice(2)] ?? env[name]
    const result = settingsTable[name].schema.safeParse(given ?? settingsTable[name].default)
    if (result.success) values[name] = result.data
    else problems.push(`  ${name} (${flagOf(name)}): ${result.error.issues.map((i) => i.message).join('; ')}`)
  }
  if (problems.length === 0) problems.push(...conflictsOf(values as Settings))
  if (problems.length > 0) return { kind: 'refused', text: `wrong settings:\n${problems.join('\n')}` }
  return { kind: 'settings', settings: values as Settings }
}

function argumentOptions(): Record<string, { type: 'string' | 'boolean'; short?: string }> {
  const entries = settingNames.map(
    (name) =>
      [flagOf(name).slice(2), { type: isSwitch(name) ? ('boolean' as const) : ('string' as const) }] as const,
  )
  return {
    ...Object.fromEntries(entries),
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
  }
}

function help(): string {
  const rows = settingNames.map((name) => {
    const { default: initial, description } = settingsTable[name]
    return `  ${flagOf(name).padEnd(22)} ${name.padEnd(32)} ${description}${initial === '' ? '' : ` [${initial}]`}`
  })
  return [
    'usage: resttorrent [flags]',
    '',
    ...rows,
    `  ${'--help'.padEnd(22)} ${''.padEnd(32)} this text`,
    `  ${'--version'.padEnd(22)} ${''.padEnd(32)} the version`,
  ].join('\n')
}

/** What is wrong with settings together that are right one by one. */
function conflictsOf(settings: Settings): string[] {
  const conflicts: string[] = []
  if ((settings.RESTTORRENT_TLS_CERT === '') !== (settings.RESTTORRENT_TLS_KEY === '')) {
    conflicts.push('  RESTTORRENT_TLS_CERT and RESTTORRENT_TLS_KEY: one is of no use without the other')
  }
  if (!settings.RESTTORRENT_NO_AUTH) return conflicts
  if (!loopbackHost.test(settings.RESTTORRENT_HOST)) {
    conflicts.push('  --no-auth: RESTTORRENT_HOST must be a loopback address: anybody else needs a key')
  }
  if (settings.RESTTORRENT_ADMIN_KEY !== '') {
    conflicts.push('  --no-auth: RESTTORRENT_ADMIN_KEY is given, so keys are wanted')
  }
  return conflicts
}
