import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Returns the JSON schema of `access.config.json`, with the descriptions of docs/settings.md. */
export async function configurationSchema(root: string): Promise<object> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/settings/json-schema.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  })
  const script = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
  const { configurationJsonSchema } = await import(`data:text/javascript;base64,${script}`)
  return configurationJsonSchema(await descriptions(root))
}

// The rows of the table: | `NAME`, `OTHER` | default | meaning |
async function descriptions(root: string): Promise<Map<string, string>> {
  const text = await readFile(join(root, 'docs/settings.md'), 'utf8')
  const rows = text.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \| .*?\| (.*) \|$/gm)
  return new Map(
    [...rows].flatMap(([, names = '', meaning = '']) =>
      [...names.matchAll(/[A-Z_]+/g)].map(([name]) => [name, withoutLinks(meaning)] as const),
    ),
  )
}

function withoutLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
}
