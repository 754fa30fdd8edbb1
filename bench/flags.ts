/** Options of a benchmark by one table: the name, what it is when nobody says otherwise, and what it is for. */
import { parseArgs, type ParseArgsConfig } from 'node:util'

export interface Flags<Name extends string> {
  readonly all: Readonly<Record<Name, string>>
  readonly text: (name: Name) => string
  /** A whole number from 1; throws on any other. */
  readonly count: (name: Name) => number
  /** The parts of a text, without empty ones. */
  readonly list: (name: Name, separator?: string) => string[]
}

/** What the arguments of the program say. With `--help` it prints the options and ends the program. */
export function flagsOf<Name extends string>(
  table: Readonly<Record<Name, readonly [value: string, about: string]>>,
): Flags<Name> {
  const names = Object.keys(table) as Name[]
  const options: ParseArgsConfig['options'] = { help: { type: 'boolean', short: 'h' } }
  for (const name of names) options[name] = { type: 'string', default: table[name][0] }
  const { values } = parseArgs({ options, strict: true })
  if (values['help'] === true) {
    for (const name of names) console.log(`  --${name.padEnd(13)} ${table[name][1]} [${table[name][0]}]`)
    process.exit(0)
  }
  const text = (name: Name): string => String(values[name])
  const all = Object.fromEntries(names.map((name) => [name, text(name)])) as Record<Name, string>
  const count = (name: Name): number => {
    const number = Number(text(name))
    if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number from 1`)
    return number
  }
  return { all, text, count, list: (name, separator = ',') => text(name).split(separator).filter(Boolean) }
}
