import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { parse } from 'smol-toml'

/** The file with the settings of the package. Beside the sources, those of `wrangler.toml` apply. */
export const PACKAGE_SEED = 'src/node/seed.toml'

/**
 * Bundles the Worker with the engine that runs it in Node. The engine provides the modules that the
 * Worker imports from workerd, and the globals that it uses.
 */
export async function bundleEngine(root: string, seed = 'wrangler.toml') {
  const { vars = {} } = parse(await readFile(join(root, seed), 'utf8'))
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/node/engine/index.ts'],
    inject: ['src/node/engine/guest.ts', 'src/node/engine/globals.ts'],
    alias: { 'cloudflare:workers': './src/node/engine/durable-object.ts' },
    footer: { js: `export const vars = ${JSON.stringify(vars)}` },
    bundle: true,
    write: false,
    metafile: true,
    sourcemap: 'external',
    outfile: 'engine.js',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // The same modules as in the Worker.
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    // The package stays under 3 MB. Errors name themselves.
    minifyIdentifiers: true,
    logLevel: 'silent',
  })
  const [map, script] = outputFiles
  if (!map || !script) throw new Error('esbuild wrote no bundle of the engine')
  return { script: script.text, map: map.text, inputs: Object.keys(metafile.inputs) }
}
