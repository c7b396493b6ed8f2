import { type Client, clientSchema } from './clients'
import type { GrantObject } from './grant-object'
import { Grants } from './grants'
import { Records } from './kv'
import { type Session, sessionSchema } from './sessions'

export type Stores = {
  epoch: string
  clients: Records<Client>
  grants: Grants
  sessions: Records<Session>
}
type Bindings = { KV: KVNamespace; GRANTS: DurableObjectNamespace<GrantObject> }

const opened = new WeakMap<KVNamespace, Stores>()

/** The stores of the current epoch, one set for an isolate, so that they remember what they read. */
export function openStores(bindings: Bindings, epoch: string): Stores {
  const known = opened.get(bindings.KV)
  if (known?.epoch === epoch) return known
  const stores: Stores = {
    epoch,
    clients: new Records(bindings.KV, epoch, 'client', clientSchema),
    grants: new Grants(bindings.KV, bindings.GRANTS, epoch),
    sessions: new Records(bindings.KV, epoch, 'session', sessionSchema),
  }
  opened.set(bindings.KV, stores)
  return stores
}
