/// <reference types="vite/client" />
import { expect, it } from 'vitest'

// What each part of src/ may import beside itself.
const SURFACE = [
  'pages',
  'body',
  'browser',
  'disconnect',
  'judge',
  'automatic',
  'control',
  'faults',
  'report',
  'env',
  'settings',
  'store',
  'account',
  'access',
  'oauth',
]
const MAY_IMPORT: Record<string, string[]> = {
  oauth: [],
  access: ['oauth'],
  account: ['access', 'oauth'],
  store: ['account', 'access', 'oauth'],
  settings: ['store', 'account', 'access'],
  env: ['bytes', 'quirks', 'settings', 'store', 'account', 'access', 'oauth'],
  bytes: [],
  body: ['bytes', 'env', 'oauth'],
  browser: ['body', 'pages', 'env', 'oauth'],
  failure: SURFACE,
  judge: ['report', 'env', 'access'],
  quirks: ['settings', 'store', 'access'],
  control: ['browser', 'env', 'access', 'oauth'],
  automatic: ['env', 'access'],
  faults: ['fault', 'report', 'env', 'access'],
  fault: ['env', 'account', 'access', 'oauth'],
  report: ['env', 'access', 'oauth'],
  disconnect: ['report', 'env', 'access'],
  pages: [],
  demo: ['pages', 'bytes'], // An origin knows nothing of the Access in front of it.
  gate: ['demo', ...SURFACE],
  team: SURFACE,
  api: SURFACE,
  dash: SURFACE,
  emulator: SURFACE,
  app: ['gate', 'team', 'api', 'dash', 'emulator', 'failure', ...SURFACE],
  index: ['app', 'store'],
  node: ['access'],
}
const files = import.meta.glob<string>('../../src/**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const imports = Object.entries(files).flatMap(([path, text]) => {
  const file = new URL(path, 'https://project/test/rules/')
  const specifiers = text.matchAll(/(?:from|import)[\s(]*'([^']+)'/g)
  return [...specifiers].map(([, name = '']) => ({
    file: file.pathname,
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

it('imports go one way: app -> surfaces -> store -> access -> oauth; pages import only pages', () => {
  const ours = imports.filter(({ isOurs }) => isOurs)
  expect(ours).toContainEqual(expect.objectContaining({ part: 'gate', imported: 'demo' }))
  const wrong = ours.filter(
    ({ part, imported }) => part !== imported && !MAY_IMPORT[part]?.includes(imported),
  )
  expect(wrong).toEqual([])
})

it('oauth and access know no HTTP framework and no storage', () => {
  const packages = imports
    .filter(({ part, isOurs }) => !isOurs && ['oauth', 'access'].includes(part))
    .map(({ imported }) => imported)
  expect(new Set(packages)).toEqual(
    new Set(['zod', 'jose', 'reflect-metadata', '@peculiar/x509', 'ipaddr.js']),
  )
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
