import { listDurableObjectIds, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

/** The storage that all emulators of a test share: the bindings of `wrangler.toml`. */
export const bindings = env as unknown as {
  KV: KVNamespace
  EMULATOR: DurableObjectNamespace
  GRANTS: DurableObjectNamespace
}

/** Runs every object's alarm, as hours without requests would. */
export async function alarms(): Promise<void> {
  for (const namespace of [bindings.GRANTS, bindings.EMULATOR]) {
    for (const id of await listDurableObjectIds(namespace)) {
      await runDurableObjectAlarm(namespace.get(id))
    }
  }
}

type Method = (...given: unknown[]) => unknown

/**
 * The binding `EMULATOR`, with methods of the object replaced.
 *
 * @param replaced is read at every call, so that a test can remove a replacement
 */
export function emulatorObjectWith(replaced: Record<string, Method>): object {
  return {
    getByName: (name: string) =>
      new Proxy(bindings.EMULATOR.getByName(name), {
        get: (object, member) => {
          const methods = object as unknown as Record<string, Method>
          return (...given: unknown[]) =>
            (replaced[String(member)] ?? methods[String(member)])?.(...given)
        },
      }),
  }
}
