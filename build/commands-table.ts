/** The README's table of commands, from the command table. */
import { commandNames, commands } from '../src/protocol/commands.ts'

/** Stands before and after the table in the README. */
const [begin, end] = ['<!-- commands: made by `npm run docs` -->\n\n', '\n\n<!-- end of commands -->']

/** The README with its table as it should be. */
export function withCommandsTable(readme: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
  if (from < 0 || to < from) throw new Error('the README lacks the marks of its table of commands')
  return `${readme.slice(0, from)}${begin}${commandsTable()}${readme.slice(to)}`
}

function commandsTable(): string {
  const rows = commandNames.map((name) => [`\`${name}\``, `${commands[name].method} ${commands[name].path}`])
  const all = [['command', 'REST'], ...rows]
  const widths = [0, 1].map((at) => Math.max(...all.map((row) => row[at]?.length ?? 0)))
  const [head = '', ...body] = all.map(
    (row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  )
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n')
}
