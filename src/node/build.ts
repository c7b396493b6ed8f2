/** `npm run build`: builds the package in `dist/`. `engine*.mjs` contain the engine and the Worker. */
import { execFileSync } from 'node:child_process'
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundleEngine, PACKAGE_SEED } from './bundle-engine.ts'
import { configurationSchema } from './bundle-schema.ts'
import { standAlone } from './declarations.ts'
import { thirdPartyNotices } from './notices.ts'

// Entry points for test runners.
const INTEGRATIONS = ['vitest', 'vitest-global-setup', 'playwright']

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(root, 'dist')

await rm(dist, { recursive: true, force: true })
await mkdir(dist)
const { files, inputs } = await bundleEngine(root, PACKAGE_SEED)
for (const [name, text] of Object.entries(files)) await writeFile(join(dist, name), text)
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['index', 'cli', ...INTEGRATIONS].map((name) => `src/node/${name}.ts`),
  // startEmulator is the same for every entry point.
  splitting: true,
  outdir: dist,
  bundle: true,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // As the engine: modules instead of CommonJS, of which nothing could be left out, and short names.
  mainFields: ['module', 'main'],
  minify: true,
  external: [
    // Imported only when the emulator runs from the source.
    './kept-engine.ts',
    // The user's own.
    'vitest',
    '@playwright/test',
  ],
})
const bundled = [...inputs, ...Object.keys(metafile.inputs)]
await writeFile(join(dist, 'THIRD-PARTY-NOTICES'), await thirdPartyNotices(root, bundled))
// For `$schema` of access.config.json.
const schema = JSON.stringify(await configurationSchema(root))
await writeFile(join(dist, 'access.config.schema.json'), schema)
// `compare` shows its rows.
await copyFile(join(root, 'docs/fidelity.md'), join(dist, 'fidelity.md'))
await chmod(join(dist, 'cli.js'), 0o755)
const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
execFileSync(
  process.execPath,
  [join(dirname(tsc), 'bin', 'tsc'), '-p', join(root, 'src/node/tsconfig.json')],
  { stdio: 'inherit' },
)
await standAlone(join(dist, 'types'))
