/** The table's paths as hono writes them, and which methods a path has. */
import { commandNames, commands } from '../../protocol/commands.ts'

const routes = commandNames.map((name) => {
  const { method, path } = commands[name]
  return { method, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }
})

/** `/v1/sessions/{session_id}` as `/v1/sessions/:session_id`. */
export function routePath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

/** The methods that the table has for a path, as the Allow header lists them; empty for an unknown path. */
export function allowedMethods(path: string): string[] {
  const methods = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
  if (methods.length === 0) return []
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
}
