/** Gives the tests of the project `node` the bindings that those of `worker` have from Miniflare. */
import { inject } from 'vitest'
import { EmulatorObject, GrantObject } from '../../../src'
import { Background } from '../../../src/node/engine/background'
import { KeyValueNamespace } from '../../../src/node/engine/kv'
import { Namespace } from './test'
import { env } from './workers'

declare module 'vitest' {
  interface ProvidedContext {
    /** The settings of `wrangler.toml`. */
    vars: Record<string, unknown>
  }
}

// The files of one worker share a store.
if (!('KV' in env)) {
  // As in the project `worker`, whose bindings are in vitest.config.ts.
  Object.assign(env, inject('vars'), { MCP_SERVERS: [], MCP_PORTALS: [] })
  // Tests replace `Date` with their own clock, which KV does not follow.
  env.KV = new KeyValueNamespace(undefined, () => performance.timeOrigin + performance.now())
  const host = { env, waitUntil: new Background().add }
  env.GRANTS = new Namespace(GrantObject as never, host, undefined)
  env.EMULATOR = new Namespace(EmulatorObject as never, host, undefined)
}
