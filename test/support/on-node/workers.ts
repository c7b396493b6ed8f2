export { DurableObject } from '../../../src/node/engine/durable-object'

/** The bindings of the Worker, which `setup.ts` puts here. */
export const env: Record<string, unknown> = {}
