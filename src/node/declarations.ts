import { existsSync } from 'node:fs'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'

/**
 * Rewrites the declarations that tsc wrote so that they need no other package, in every module
 * resolution. Imports name whole files. The Worker's types are inferred with zod, so zod's own
 * declarations are copied: users need not install zod.
 */
export async function standAlone(types: string): Promise<void> {
  for (const file of await declarations(types)) {
    const path = join(types, file)
    const text = await readFile(path, 'utf8')
    const whole = text.replaceAll(/(from |import\()(['"])(.+?)\2/g, (_, start, quote, name) => {
      return start + quote + wholeSpecifier(types, dirname(path), name) + quote
    })
    await writeFile(path, whole)
  }
  await copyZod(join(types, 'zod'))
}

function wholeSpecifier(types: string, folder: string, specifier: string): string {
  // Import specifiers contain slashes on Windows too.
  if (specifier === 'zod') return `./${slashed(relative(folder, join(types, 'zod/index.js')))}`
  if (!specifier.startsWith('.')) return specifier
  const bare = specifier.replace(/\.ts$/, '')
  const isFolder = existsSync(join(folder, bare, 'index.d.ts'))
  return isFolder ? `${bare}/index.js` : `${bare}.js`
}

async function copyZod(to: string): Promise<void> {
  const from = dirname(createRequire(import.meta.url).resolve('zod/package.json'))
  const parts = await Promise.all(
    ['v4/classic', 'v4/core', 'v4/locales'].map(async (part) =>
      (await declarations(join(from, part))).map((file) => join(part, file)),
    ),
  )
  for (const file of ['index.d.ts', 'LICENSE', ...parts.flat()]) {
    await cp(join(from, file), join(to, file))
  }
}

async function declarations(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true })).map(slashed)
  return files.filter((file) => file.endsWith('.d.ts') && !file.includes('tests/'))
}

function slashed(path: string): string {
  return path.replaceAll(sep, '/')
}
