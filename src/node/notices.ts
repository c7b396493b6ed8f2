import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

// @modelcontextprotocol/server contains copies of these packages, which no metafile shows. They are
// devDependencies so that their licences can be read.
const COPIED = ['node_modules/@cfworker/json-schema', 'node_modules/content-type']

// tslib and reflect-metadata have a CopyrightNotice.txt beside their licence.
const LICENCE = /^(licen[cs]e|copying|notice|copyrightnotice)([.-].*)?$/i

const RULE = `\n\n${'-'.repeat(80)}\n\n`

/**
 * Returns the licences of the third-party code in a bundle, the text of `THIRD-PARTY-NOTICES`.
 *
 * @param inputs the files that esbuild bundled, as its metafile names them
 */
export async function thirdPartyNotices(root: string, inputs: string[]): Promise<string> {
  const folders = [...new Set([...packageFolders(inputs), ...COPIED])].sort()
  const notices = await Promise.all(folders.map((folder) => noticeOf(root, folder)))
  const intro = 'This package contains code of the following packages, under their own licences.'
  return `${[intro, ...notices].join(RULE)}\n`
}

/** Returns the folder of each package that a bundled file is from. Two versions have two folders. */
export function packageFolders(inputs: string[]): string[] {
  const folders = inputs.map((file) => file.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0])
  return [...new Set(folders.filter((folder) => folder !== undefined))]
}

async function noticeOf(root: string, folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
  const { name, version, license } = manifest
  const files = (await readdir(join(root, folder))).filter((file) => LICENCE.test(file)).sort()
  const texts = files.map((file) => readFile(join(root, folder, file), 'utf8'))
  if (texts.length === 0) texts.push(withoutFile(root, manifest))
  const trimmed = (await Promise.all(texts)).map((text) => text.replaceAll('\r', '').trim())
  return [`${name} ${version} (${license})`, ...trimmed].join('\n\n')
}

// The MIT licence asks for its text and the copyright. The text is that of this project's own LICENSE.
async function withoutFile(root: string, manifest: Record<string, unknown>): Promise<string> {
  const { author, license, name } = manifest
  if (license !== 'MIT' || typeof author !== 'string')
    throw new Error(`${name} has no licence file`)
  const text = await readFile(join(root, 'LICENSE'), 'utf8')
  return text.replace(/^Copyright .*$/m, `Copyright (c) ${author.replace(/ <.*$/, '')}`)
}
