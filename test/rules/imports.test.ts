/// <reference types="vite/client" />
import { expect, it } from 'vitest'

// The folders that each folder of src/ may import beside itself; lower folders first.
const CORES = ['account', 'mcp', 'access', 'oauth']
const OWN_CORES = ['events', 'report', 'switches']
const BELOW_REQUEST = ['faults', 'settings', 'store', ...OWN_CORES, ...CORES]
const SURFACE = ['upstream', 'signin', 'request', 'pages', ...BELOW_REQUEST]
const MAY_IMPORT: Record<string, string[]> = {
  oauth: [],
  access: ['oauth'],
  mcp: ['access', 'oauth'],
  account: ['access', 'oauth'],
  switches: CORES,
  events: ['switches', ...CORES],
  report: ['events', 'switches', ...CORES],
  store: ['events', 'switches', ...CORES],
  settings: ['store', 'switches', ...CORES],
  faults: ['switches', 'access'],
  request: ['pages', ...BELOW_REQUEST],
  signin: ['request', 'pages', ...BELOW_REQUEST],
  upstream: ['/package.json', 'demo', 'request', 'pages', ...BELOW_REQUEST],
  pages: [],
  demo: ['switches', 'oauth', 'pages', 'request', '/package.json'], // An origin knows nothing of the Access in front of it.
  portal: ['/package.json', ...SURFACE],
  gate: ['demo', 'portal', ...SURFACE],
  team: SURFACE,
  api: ['/package.json', ...SURFACE],
  dash: SURFACE,
  emulator: ['/docs/fidelity.md', '/package.json', ...SURFACE], // The rows that events name.
  app: ['gate', 'team', 'api', 'dash', 'emulator', ...SURFACE],
  index: ['app', 'store'],
  node: ['access', 'account', 'mcp', 'emulator', 'events', 'index', 'settings', 'switches'], // Types, but for the Worker itself.
}
const files = import.meta.glob<string>('../../src/**/*.{ts,tsx,client.js}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const imports = Object.entries(files).flatMap(([path, text]) => {
  const file = new URL(path, 'https://project/test/rules/')
  const specifiers = text.matchAll(/(import type[^']+)?(?:from|import)[\s(]*'([^']+)'/g)
  return [...specifiers].map(([all, type, name = '']) => ({
    file: file.pathname,
    isAtStart: !type && !all.startsWith('import('),
    part: partOf(file),
    target: name.startsWith('.') ? fileAt(new URL(name, file)) : undefined,
    imported: name.startsWith('.') ? partOf(new URL(name, file)) : name,
    isOurs: name.startsWith('.'),
  }))
})

function partOf({ pathname }: URL): string {
  return pathname.match(/^\/src\/(\w+)/)?.[1] ?? pathname
}

// The file that an import without an extension means.
function fileAt({ pathname }: URL): string | undefined {
  const known = Object.keys(files).map(
    (path) => new URL(path, 'https://project/test/rules/').pathname,
  )
  return ['', '.ts', '.tsx', '/index.ts', '/index.tsx']
    .map((rest) => pathname + rest)
    .find((each) => known.includes(each))
}

it('imports go one way: app -> surfaces -> signin, upstream -> request -> faults, settings -> store -> cores -> access -> oauth', () => {
  const ours = imports.filter(({ isOurs }) => isOurs)
  expect(ours).toContainEqual(expect.objectContaining({ part: 'gate', imported: 'demo' }))
  const wrong = ours.filter(
    ({ part, imported }) => part !== imported && !MAY_IMPORT[part]?.includes(imported),
  )
  expect(wrong).toEqual([])
})

// In Node, only the modules that are loaded are read and compiled.
const ON_DEMAND: [what: string, pattern: RegExp][] = [
  ['what renders a page', /\.tsx$|^hono\/(jsx|html)/],
  ['the API and the client report', /^\/src\/(api|report)\//],
  [
    'the handlers of the dashboard',
    /^\/src\/dash\/(handlers|token\/|login|authorization\/consent)/,
  ],
  ['the handlers of login and consent', /^\/src\/team\/(pages|login\/|portal\/)/],
  [
    'the handlers of the control that few tests need',
    /^\/src\/emulator\/(handlers|check-origin|faults|state)\./,
  ],
  ['MCP portals and the demo’s MCP server', /^\/src\/(upstream|portal|demo\/mcp)/],
  // Its index has JWE, which nothing here uses.
  ['the parts of jose that nothing needs', /^jose$/],
]
it.each(ON_DEMAND)('%s: loaded on demand', (_, pattern) => {
  const names = imports.flatMap(({ file, imported }) => [file, imported])
  expect(names.some((name) => pattern.test(name))).toBe(true)
  const atStart = new Set<string>(['/src/index.ts'])
  for (const file of atStart) {
    for (const each of imports.filter((found) => found.file === file && found.isAtStart)) {
      atStart.add(each.isOurs ? (each.target ?? each.imported) : each.imported)
    }
  }
  expect(atStart).toContain('/src/gate/index.ts')
  expect([...atStart].filter((name) => pattern.test(name))).toEqual([])
})

it('oauth and access know no HTTP framework and no storage', () => {
  const packages = imports
    .filter(({ part, isOurs }) => !isOurs && ['oauth', 'access'].includes(part))
    .map(({ imported }) => imported.replace(/^jose\/.*/, 'jose'))
  expect(new Set(packages)).toEqual(
    new Set(['zod', 'jose', 'reflect-metadata', '@peculiar/x509', 'ipaddr.js']),
  )
})

// Comments may name what the code must not use.
const code = Object.entries(files).map(([path, text]) => ({
  file: path.replace('../../src/', ''),
  text: text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, ''),
}))
const PROVIDES_STORAGE = ['node/engine/', 'node/bundle-engine.ts']
const filesWith = (pattern: RegExp) =>
  code.filter(({ text }) => pattern.test(text)).map(({ file }) => file)

it('only the store touches KV and Durable Objects, in these files', () => {
  const STORAGE = [
    /cloudflare:workers/,
    /\b(KVNamespace|DurableObject|SqlStorage|SyncKvStorage)/,
    /\bgetByName\b/,
    /\b(env|bindings)\.(KV|GRANTS|EMULATOR)\b/,
  ]
  const found = STORAGE.flatMap((pattern) => filesWith(pattern))
  const users = new Set(
    found.filter((file) => !PROVIDES_STORAGE.some((each) => file.startsWith(each))),
  )
  expect([...users].sort()).toEqual([
    'store/emulator/collector.ts',
    'store/emulator/configuration-edits.ts',
    'store/emulator/connections.ts',
    'store/emulator/directory.ts',
    'store/emulator/domains.ts',
    'store/emulator/dump-tables.ts',
    'store/emulator/edits.ts',
    'store/emulator/event-log.ts',
    'store/emulator/events.ts',
    'store/emulator/index.ts',
    'store/emulator/kept-state.ts',
    'store/emulator/late-edits.ts',
    'store/emulator/object.ts',
    'store/emulator/portal-states.ts',
    'store/emulator/signing-keys.ts',
    'store/emulator/tool-calls.ts',
    'store/grants/epoch-tables.ts',
    'store/grants/index.ts',
    'store/grants/object.ts',
    'store/grants/tables.ts',
    'store/kv.ts',
    'store/remote.ts',
    'store/stores.ts',
  ])
})

it('only these files fetch: the origin, the server of API_ORIGIN_URL, identity providers, the DNS resolver, and the code in Node', () => {
  // `fetch` of a Hono application is a method that sends nothing over the network.
  expect(filesWith(/(?<![\w.])fetch\(|\bORIGIN\.fetch\(|\bhono\/proxy\b/)).toEqual([
    'api/elsewhere.ts',
    'emulator/console/test-blocks.ts', // Only in texts to paste, as in the next file.
    'emulator/console/verifiers.ts',
    'gate/origin.ts',
    'node/engine.ts',
    'node/engine/index.ts',
    'node/network.ts',
    'node/serve.ts',
    'pages/console/live.client.js',
    'store/emulator/dns.ts',
    'team/login/providers/oidc.tsx',
    'upstream/fetch.ts',
  ])
})

it('no file imports itself by way of others, types included', () => {
  const targets = Map.groupBy(imports, ({ file }) => file)
  const next = (file: string) => (targets.get(file) ?? []).flatMap(({ target }) => target ?? [])
  expect(next('/src/app.ts')).toContain('/src/gate/index.ts')
  const finished = new Set<string>()
  const circles: string[] = []
  const walk = (file: string, path: string[]) => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    } else if (!finished.has(file)) {
      for (const each of next(file)) walk(each, [...path, file])
      finished.add(file)
    }
  }
  for (const file of targets.keys()) walk(file, [])
  expect(circles).toEqual([])
})
