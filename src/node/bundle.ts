import { build } from 'esbuild'

/** Bundles the Worker as wrangler does, and returns the script, its source map and its inputs. */
export async function bundleWorker(root: string) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/index.ts'],
    bundle: true,
    write: false,
    metafile: true,
    outfile: 'worker.js',
    sourcemap: 'external',
    // Relative to the folder in which npm start keeps the bundle.
    sourceRoot: '../..',
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    external: ['cloudflare:*'],
    legalComments: 'none',
    // workerd parses the script at every start, which takes a third of that time.
    minify: true,
    logLevel: 'silent',
  })
  const [map, script] = outputFiles
  if (!map || !script) throw new Error('esbuild wrote no bundle of src/index.ts')
  return {
    script: script.text,
    map: map.text,
    inputs: Object.keys(metafile.inputs),
  }
}
