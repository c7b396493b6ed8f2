/**
 * Runs the Worker in a Node process. This folder owns what workerd provides otherwise: KV, Durable
 * Objects, globals, an HTTP server. It provides what the Worker needs and no more; each file names what
 * it leaves out. test/engine/ compares it with workerd.
 */
// First: it decides how the schemas of the others are made.
import './schemas.ts'
import app, { EmulatorObject, GrantObject } from '../../index.ts'
import type { Engine, EngineOptions, Log } from '../engine.ts'
import { Background } from './background.ts'
import { dispatch, dispatchUntilAborted } from './dispatch.ts'
import { Folder, withAlarm } from './folder.ts'
import { found } from './guest.ts'
import { Hold } from './hold.ts'
import { type Inside, inside } from './inside.ts'
import { KeyValueNamespace } from './kv.ts'
import { ObjectNamespace } from './namespace.ts'
import type { ObjectClass } from './object.ts'
import { forwarded } from './outgoing-fetch.ts'
import { listen, type Server } from './server.ts'

export { adopt } from './guest.ts'

const CLASSES = { GRANTS: GrantObject, EMULATOR: EmulatorObject }

/** Starts the Worker in this process. It opens a port only when `listen` is called. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const folder = options.persist === undefined ? undefined : new Folder(options.persist)
  const background = new Background()
  let isClosed = false
  const here: Inside = {
    followsFakeTimers: options.followFakeTimers ?? false,
    log: (level, line) => {
      if (!isClosed) writeLine(options.log, line, level)
    },
  }
  const within = <T>(act: () => T) => inside.run(here, act)
  const kv = new KeyValueNamespace(folder?.file('kv.sqlite'), () => found.Date.now())
  const env: Record<string, unknown> = { ...options.vars, KV: kv }
  const { origin } = options
  if (origin) env.ORIGIN = { fetch: (request: Request) => forwarded(request, origin) }
  const namespaces = within(() => addObjects(env, background, folder))
  const context = { waitUntil: background.add, passThroughOnException: () => {}, props: {} }
  const handle = (request: Request) => within(() => app.fetch(request, env as never, context))
  const { around } = options
  const respond = around ? (request: Request) => around(request, handle) : handle
  const servers: Server[] = []
  const hold = new Hold()
  const fetch: Engine['fetch'] = (request, { canAbort } = { canAbort: false }) =>
    hold.during((canAbort ? dispatchUntilAborted : dispatch)(request, respond))
  async function end() {
    await Promise.all(servers.map((server) => server.close()))
    if (folder || options.log) {
      // Reading the events writes those that still wait to the log.
      await fetch(new Request('http://localhost/_emulator/events?limit=1')).catch(() => undefined)
    }
    if (folder) await background.settled()
    isClosed = true
    hold.close()
    for (const each of [...namespaces, kv, ...(folder ? [folder] : [])]) each.close()
  }
  let ending: Promise<void> | undefined
  return {
    fetch,
    async listen(port) {
      const server = await listen(port, respond)
      servers.push(server)
      return server.port
    },
    close() {
      ending ??= end()
      return ending
    },
  }
}

// Adds a namespace to the bindings for each class. Objects with an alarm in the folder start at once.
function addObjects(
  env: Record<string, unknown>,
  background: Background,
  folder: Folder | undefined,
): ObjectNamespace[] {
  return Object.entries(CLASSES).map(([binding, Class]) => {
    const objects = folder?.objects(binding)
    const host = { env, waitUntil: background.add }
    const namespace = new ObjectNamespace(Class as unknown as ObjectClass, host, objects)
    env[binding] = namespace
    for (const name of objects ? withAlarm(objects) : []) namespace.wake(name)
    return namespace
  })
}

// A log function that throws must not break the emulator.
function writeLine(log: Log | undefined, line: string, level: Parameters<Log>[1]): void {
  try {
    log?.(line, level)
  } catch {}
}
