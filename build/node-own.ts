/** How a bundle comes by Node's own modules. */
import type { Plugin } from 'esbuild'

const imported = /^import (?:(\w+)(?:, )?)?(?:\* as (\w+)|(\{[^}]*\}))? ?from "(node:[\w/]+)";$/gm

/**
 * Takes what is imported of `node:` by `process.getBuiltinModule`. An import of one makes a module of all its names,
 * for which each is read: of `node:fs` alone that loads streams and promises, in every thread anew.
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

function taken(_statement: string, whole = '', all = '', some = '', name = ''): string {
  const own = `process.getBuiltinModule("${name}")`
  const names = [whole, all].filter((one) => one !== '').map((one) => `${one} = ${own}`)
  if (some !== '') names.push(`${some.replaceAll(' as ', ': ')} = ${own}`)
  return `const ${names.join(', ')};`
}
