import type { Hono } from 'hono'
import type { z } from 'zod'
import { type Account, findAccount } from '../account/members'
import type { AppContext, Env } from '../env'
import { readBody } from './body'
import { authorize, type Permission } from './credentials'
import { readQuery, respondResult } from './envelope'
import { ApiError, type accessError, noRoute } from './error'

type Input<Body, Query> = { params: Record<string, string>; body: Body; query: Query }

/** One operation of the API: from it come its route and its place in the OpenAPI document. */
export type Operation = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below `/client/v4`, with Hono's `:name` for what varies. */
  path: string
  summary: string
  /** Any one of them is enough; none is needed where the list is empty. */
  permissions: Permission[]
  status: 200 | 201 | 202
  body: z.ZodType | undefined
  query: z.ZodType | undefined
  /** What `result` of the envelope is; of a list, what each of its items is. */
  result: z.ZodType
  isList: boolean
  run(c: AppContext): Promise<Response>
}

type Definition<Body, Query> = Pick<Operation, 'method' | 'path' | 'summary' | 'permissions'> & {
  /** 200 where it is left out. */
  status?: Operation['status']
  body?: z.ZodType<Body>
  query?: z.ZodType<Query>
  result: z.ZodType
  isList?: boolean
  /** What members that are left out stay to be, where a replacement does not need them all. */
  prefill?(c: AppContext, params: Record<string, string>, body: object): object
  /** How a wrong body is refused; as Access does, where it is left out. */
  refuse?: typeof accessError
  /** Answers what `result` is, or a page of a list. */
  handle(c: AppContext, input: Input<Body, Query>): unknown
}

/** Defines an operation: reads and checks what the request says before it is handled. */
export function operation<Body = undefined, Query = undefined>(
  definition: Definition<Body, Query>,
): Operation {
  const { permissions, status = 200, body, query, isList = false } = definition
  const { prefill, refuse, handle } = definition
  return {
    ...definition,
    status,
    body,
    query,
    isList,
    async run(c) {
      const params = readParams(c)
      await authorize(c, permissions, accountOf(c, params))
      const input = {
        params,
        query: (query && readQuery(c, query)) as Query,
        body: (body &&
          (await readBody(c, body, refuse, (given) =>
            prefill ? prefill(c, params, given) : given,
          ))) as Body,
      }
      return respondResult(c, await handle(c, input), status)
    },
  }
}

// Access: observed (section 1.3). An id of the wrong form is no route.
function readParams(c: AppContext): Record<string, string> {
  const params = c.req.param() as Record<string, string>
  for (const name of ['account_id', 'zone_id']) {
    const id = params[name]
    if (id !== undefined && !/^[0-9a-f]{32}$/.test(id)) throw noRoute(c.var.url.pathname)
  }
  return params
}

// The account that a path is about.
function accountOf(c: AppContext, params: Record<string, string>): Account | undefined {
  const { account_id: id } = params
  if (id === undefined) return undefined
  const account = findAccount(c.var.settings.ACCOUNTS, id)
  if (account) return account
  throw new ApiError(403, { code: 9109, message: 'Unauthorized to access requested resource' })
}

/** The same operations on an account and, with the same effect, on a zone of it (section F, row 27). */
export function onAccountsAndZones(operations: Operation[]): Operation[] {
  return ['/accounts/:account_id', '/zones/:zone_id'].flatMap((owner) => under(owner, operations))
}

/** The same operations below a path. */
export function under(prefix: string, operations: Operation[]): Operation[] {
  return operations.map((each) => ({ ...each, path: prefix + each.path }))
}

/** Puts the operations on their routes. */
export function route(api: Hono<Env>, operations: Operation[]): void {
  for (const { method, path, run } of operations) api[method](path, run)
}
