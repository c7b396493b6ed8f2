export { DurableObject } from '../../../src/node/engine/durable-object'

/** The base of Workers with methods, which `@cloudflare/workers-oauth-provider` looks for. */
export class WorkerEntrypoint {}

/** The bindings of the Worker, which `setup.ts` puts here. */
export const env: Record<string, unknown> = {}
