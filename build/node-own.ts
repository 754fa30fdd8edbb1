/** How a bundle comes by Node's own modules. */
import { isBuiltin } from 'node:module'
import type { Plugin } from 'esbuild'

const imported = /^import (?:(\w+)(?:, )?)?(?:\* as (\w+)|(\{[^}]*\}))? ?from "([\w:/]+)";$/gm

/**
 * Takes what is imported of them by `process.getBuiltinModule`. An import of one makes a module of all its names, for
 * which each is read: `fs` alone loads streams and promises by that, and `http` all of undici, in every thread anew.
 */
export const nodeOwn: Plugin = {
  name: 'node-own',
  setup(bundle) {
    bundle.onEnd(({ outputFiles = [] }) => {
      for (const file of outputFiles) {
        if (file.path.endsWith('.js')) file.contents = Buffer.from(file.text.replace(imported, taken))
      }
    })
  },
}

function taken(statement: string, whole = '', all = '', some = '', name = ''): string {
  if (!isBuiltin(name)) return statement
  const own = `process.getBuiltinModule("${name}")`
  const names = [whole, all].filter((one) => one !== '').map((one) => `${one} = ${own}`)
  if (some !== '') names.push(`${some.replaceAll(' as ', ': ')} = ${own}`)
  return `const ${names.join(', ')};`
}
