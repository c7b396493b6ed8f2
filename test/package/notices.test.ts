import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundleEngine } from '../../src/node/bundle-engine'
import { packageFolders, thirdPartyNotices } from '../../src/node/notices'

const ROOT = join(import.meta.dirname, '../..')

let bundle: Awaited<ReturnType<typeof bundleEngine>>
let notices: string
beforeAll(async () => {
  bundle = await bundleEngine(ROOT)
  notices = await thirdPartyNotices(ROOT, bundle.inputs)
})

describe('THIRD-PARTY-NOTICES', () => {
  it('names every package in the metafile of the bundle, with its version and its licence', async () => {
    const folders = packageFolders(bundle.inputs)
    expect(folders).toEqual(expect.arrayContaining(['node_modules/hono', 'node_modules/zod']))
    for (const folder of folders) {
      const file = join(ROOT, folder, 'package.json')
      const { name, version, license } = JSON.parse(await readFile(file, 'utf8'))
      const [, text = ''] = notices.split(`\n${name} ${version} (${license})\n`)
      expect(text.split('-----')[0], folder).toMatch(/Copyright|Licensor/i)
    }
  })

  // Packages bundle packages, which only their source maps show.
  it('names every package in the source map of the bundle', () => {
    const sources = bundle.maps.flatMap((map) => (JSON.parse(map) as { sources: string[] }).sources)
    const names = packageFolders(sources).map((folder) => folder.replace(/^.*node_modules\//, ''))
    expect(names).toContain('@cfworker/json-schema')
    // A part of the repository of @modelcontextprotocol/server, which has no package of its own.
    const others = names.filter((name) => name !== '@modelcontextprotocol/core-internal')
    for (const name of others) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })

  it('has the text of the MIT licence and the author if a package has no licence file', () => {
    const [, text = ''] = notices.split('\n@cfworker/json-schema ')
    expect(text).toMatch(/^Copyright \(c\) Jeremy Danyow\n\nPermission is hereby granted/m)
  })
})
