/** The settings as a Markdown table, for the README and the test that checks it. */
import { flagOf, settingNames, settingsTable } from '../src/main/settings.ts'

export function settingsMarkdown(): string {
  const rows = settingNames.map((name) => {
    const { default: initial, description } = settingsTable[name]
    return `| \`${name}\` | \`${flagOf(name)}\` | ${initial === '' ? '' : `\`${initial}\``} | ${description} |`
  })
  return ['| variable | flag | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
