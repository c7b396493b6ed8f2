import { build } from 'esbuild'

/** Bundles the Worker as wrangler does, with what it was made of, and how its lines go back to that. */
export async function bundleWorker(root: string) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/index.ts'],
    bundle: true,
    write: false,
    metafile: true,
    outfile: 'worker.js',
    sourcemap: 'external',
    // From where npm start keeps it.
    sourceRoot: '../..',
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    external: ['cloudflare:*'],
    legalComments: 'none',
    // workerd reads it at every start: a third of the time that a start takes.
    minify: true,
    logLevel: 'silent',
  })
  const [map, script] = outputFiles
  if (!map || !script) throw new Error('esbuild made nothing of src/index.ts')
  return {
    script: script.text,
    map: map.text,
    inputs: Object.keys(metafile.inputs),
  }
}
