/** The key of the first start: told on standard error, which is no log, and kept nowhere but as a hash. */
import type { KeyRing } from './access/key-ring.ts'

/** Makes an administrator's key where there is none, and gives the text that tells it once. */
export async function firstKeyText(keys: KeyRing, address: string): Promise<string | undefined> {
  if (keys.hasAdmin) return undefined
  const { key } = await keys.create({
    name: 'first start',
    scope: 'admin',
    sessions: 'all',
    rate_limit: 0,
    quotas: {},
  })
  return [
    'The key of the administrator, shown this once and kept only as a hash:',
    `  ${key}`,
    'Try it:',
    `  curl -H 'Authorization: Bearer ${key}' ${address}/v1/sessions`,
    '',
  ].join('\n')
}
