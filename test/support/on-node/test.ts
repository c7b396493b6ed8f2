/** The part of `cloudflare:test` that the tests use. */
import { Background } from '../../../src/node/engine/background'
import { ObjectNamespace } from '../../../src/node/engine/namespace'

const background = new Background()

export function createExecutionContext() {
  return { waitUntil: background.add, passThroughOnException() {}, props: {} }
}

type Id = { name: string }
type Ringing = { ring(): Promise<boolean> }

/** The objects of a class, and their alarms. */
export class Namespace extends ObjectNamespace {
  get({ name }: Id): Ringing {
    return { ring: () => this.ring(name) }
  }
}

export async function listDurableObjectIds(namespace: Namespace): Promise<Id[]> {
  return namespace.names().map((name) => ({ name }))
}

export async function runDurableObjectAlarm(object: Ringing): Promise<boolean> {
  return object.ring()
}
