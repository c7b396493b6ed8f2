import * as z from 'zod'

/** The endpoints where a fault at the level of HTTP can strike. */
export const ENDPOINTS = [
  'metadata',
  'keys',
  'registration',
  'authorization',
  'token',
  'revocation',
  'application',
  'api',
] as const
export type Endpoint = (typeof ENDPOINTS)[number]

// The parties that a request identifies before it is decided, so a fault can be limited to them. A client
// that registers has no id yet. Keys and the API belong to no application. A token of an OAuth client names
// its client at the API.
const LIMITED_BY: Record<Endpoint, readonly ('client' | 'application')[]> = {
  metadata: ['application'],
  keys: [],
  registration: [],
  authorization: ['client', 'application'],
  token: ['client', 'application'],
  revocation: ['client', 'application'],
  application: ['client', 'application'],
  api: ['client'],
}

/** The number of strikes. Without it, a fault strikes until it is cleared. */
export const times = z.int().min(1).max(1_000_000).optional()

/** The number of strikes, and the client and the application that they are limited to. */
export const scope = {
  times,
  client: z.string().min(1).optional(),
  application: z.string().min(1).optional(),
}

/** Returns the parameter `endpoint` with its default. */
export function at(endpoint: Endpoint) {
  return { endpoint: z.enum(ENDPOINTS).default(endpoint) }
}

type Scoped = {
  endpoint?: Endpoint | undefined
  client?: string | undefined
  application?: string | undefined
}

/** Rejects a scope that no request to the endpoint can match. */
export function refuseDeadScope({ endpoint, ...given }: Scoped, context: z.RefinementCtx): void {
  if (endpoint === undefined) return
  for (const name of ['client', 'application'] as const) {
    if (given[name] === undefined || LIMITED_BY[endpoint].includes(name)) continue
    const others = ENDPOINTS.filter((each) => LIMITED_BY[each].includes(name)).join(', ')
    const message = `a request to ${endpoint} does not identify its ${name}, so the fault would never strike; expected one of the endpoints ${others}`
    context.addIssue({ code: 'custom', path: [name], message })
  }
}
