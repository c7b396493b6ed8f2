import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { parse } from 'smol-toml'

/** The file with the settings of the package. Beside the sources, those of `wrangler.toml` apply. */
export const PACKAGE_SEED = 'src/node/seed.toml'

/** The file of the bundle that the others belong to. */
export const ENTRY = 'engine.mjs'

// zod's namespace contains the texts of 50 languages, a quarter of a megabyte that nothing reads.
const oneLanguage: Plugin = {
  name: 'one-language',
  setup(build) {
    build.onResolve({ filter: /\/locales\/index\.js$/ }, ({ path, resolveDir }) =>
      /\bzod\b/.test(resolveDir)
        ? { path: join(resolveDir, path.replace('index.js', 'en.js')) }
        : undefined,
    )
  },
}

const SOURCE = 'src/node/engine/index.ts'
const ON_DEMAND = 'on-demand'

// esbuild puts modules into one file if the same modules import them. So every module that is imported on
// demand imports the entry too: all that is loaded at the start is then one file instead of forty, each of
// which takes Node time to load.
const oneFileAtStart: Plugin = {
  name: 'one-file-at-start',
  setup(build) {
    const namespace = ON_DEMAND
    build.onResolve({ filter: /^/ }, async ({ kind, path, pluginData, ...from }) => {
      if (kind !== 'dynamic-import' || pluginData === namespace) return undefined
      const options = { ...from, kind, pluginData: namespace }
      const found = await build.resolve(path, options)
      return found.external ? found : { path: found.path, namespace }
    })
    build.onLoad({ filter: /^/, namespace }, ({ path }) => ({
      contents: `import './${SOURCE}'; export * from ${JSON.stringify(path)}`,
      resolveDir: build.initialOptions.absWorkingDir ?? '',
    }))
  },
}

/**
 * Bundles the Worker with the engine that runs it in Node. The engine provides the modules that the
 * Worker imports from workerd, and the globals that it uses. Modules that are imported on demand have
 * files of their own, because Node compiles a file as a whole.
 *
 * @returns the text of each file, the entry last; the source map of each
 */
export async function bundleEngine(root: string, seed = 'wrangler.toml') {
  const { vars = {} } = parse(await readFile(join(root, seed), 'utf8'))
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [SOURCE],
    inject: ['src/node/engine/guest.ts', 'src/node/engine/globals.ts'],
    alias: { 'cloudflare:workers': './src/node/engine/durable-object.ts' },
    plugins: [oneLanguage, oneFileAtStart],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    sourcemap: 'external',
    outdir: '.',
    entryNames: 'engine',
    chunkNames: 'engine-[hash]',
    outExtension: { '.js': '.mjs' },
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
  const texts = outputFiles.map(({ path, text }) => [basename(path), text] as const)
  const { [ENTRY]: entry, ...others } = Object.fromEntries(
    texts.filter(([name]) => !name.endsWith('.map')),
  )
  if (entry === undefined) throw new Error('esbuild wrote no bundle of the engine')
  const settings = `export const vars = ${JSON.stringify(vars)}\n`
  return {
    files: { ...others, [ENTRY]: entry + settings },
    maps: texts.filter(([name]) => name.endsWith('.map')).map(([, text]) => text),
    inputs: Object.keys(metafile.inputs).filter((name) => !name.startsWith(`${ON_DEMAND}:`)),
  }
}
