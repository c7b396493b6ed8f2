import { listDurableObjectIds, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

/** Runs every object's alarm, as hours without requests would. */
export async function alarms(): Promise<void> {
  const { EMULATOR, GRANTS } = env as Record<string, DurableObjectNamespace>
  for (const namespace of [GRANTS, EMULATOR]) {
    if (!namespace) throw new Error('no namespace')
    for (const id of await listDurableObjectIds(namespace)) {
      await runDurableObjectAlarm(namespace.get(id))
    }
  }
}
