import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Background } from '../../src/node/engine/background'
import { KeyValueNamespace } from '../../src/node/engine/kv'
import { ObjectNamespace } from '../../src/node/engine/namespace'
import { KEY_VALUES } from './kv-rules'
import { OBJECTS } from './object-rules'
import { STORAGE } from './storage-rules'
import { outcome, Probe, type World } from './worker'

type Engine = { outcome(title: string): Promise<unknown>; close(): unknown }

// Cloudflare's runtime, with the bindings of Miniflare.
async function workerd(): Promise<Engine> {
  const { outputFiles } = await build({
    entryPoints: ['test/engine/worker.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*'],
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      modules: [{ type: 'ESModule', path: 'worker.js', contents: outputFiles[0]?.text ?? '' }],
      compatibilityDate: '2026-11-01',
      kvNamespaces: ['KV'],
      durableObjects: { PROBE: { className: 'Probe', useSQLite: true } },
    }),
  )
  return {
    async outcome(title) {
      const init = { method: 'POST', body: title }
      return (await miniflare.dispatchFetch('http://probe/', init)).json()
    },
    close: () => miniflare.dispose(),
  }
}

async function node(): Promise<Engine> {
  const world: Record<string, unknown> = { KV: new KeyValueNamespace(undefined, Date.now) }
  const host = { env: world, waitUntil: new Background().add }
  const objects = new ObjectNamespace(Probe as never, host, undefined)
  world.PROBE = objects
  return {
    outcome: (title) => outcome(world as World, title),
    close: () => objects.close(),
  }
}

describe.each([
  ['workerd', workerd],
  ['the engine in Node', node],
])('The bindings of %s', (_, start) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await start()
  })
  afterAll(() => engine.close())

  describe('KV', () => {
    it.each(KEY_VALUES)('$title', async ({ expected, title }) => {
      expect(await engine.outcome(title)).toEqual(expected)
    })
  })
  describe('Durable Objects', () => {
    it.each(OBJECTS)('$title', async ({ expected, title }) => {
      expect(await engine.outcome(title)).toEqual(expected)
    })
  })
  describe('Storage', () => {
    it.each(STORAGE)('$title', async ({ expected, title }) => {
      expect(await engine.outcome(title)).toEqual(expected)
    })
  })
})
