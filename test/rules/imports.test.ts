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
  node: ['access', 'index'],
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
    imported: name.startsWith('.') ? partOf(new URL(name, file)) : name,
    isOurs: name.startsWith('.'),
  }))
})

function partOf({ pathname }: URL): string {
  return pathname.match(/^\/src\/(\w+)/)?.[1] ?? pathname
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
