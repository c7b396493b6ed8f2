import type { Hono } from 'hono'
import type { z } from 'zod'
import { type Account, findAccount } from '../account/members'
import type { AppContext, Env } from '../request/context'
import { readBody } from './body'
import { authorize } from './credentials'
import { type Page, readQuery, respondPage, respondResult } from './envelope'
import { ApiError, type accessError, noRoute } from './error'
import type { Permission } from './permissions'

type Input<Body, Query> = {
  params: Record<string, string>
  body: Body
  query: Query
  /** The body as it was sent: what it leaves out is not there. */
  given: object
}

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
  run(c: AppContext, permissions: Permission[]): Promise<Response>
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
  const { status = 200, body, query, isList = false } = definition
  const { prefill, refuse, handle } = definition
  return {
    ...definition,
    status,
    body,
    query,
    isList,
    async run(c, permissions) {
      const params = readParams(c)
      await authorize(c, permissions, accountOf(c, params))
      const input: Input<Body, Query> = {
        params,
        query: (query && readQuery(c, query)) as Query,
        body: undefined as Body,
        given: {},
      }
      if (body) {
        input.body = await readBody(c, body, refuse, (given) => {
          input.given = given
          return prefill ? prefill(c, params, given) : given
        })
      }
      const result = await handle(c, input)
      return isList ? respondPage(c, result as Page) : respondResult(c, result, status)
    },
  }
}

// Access: observed (section 1.3). An id of the wrong form is no route.
function readParams(c: AppContext): Record<string, string> {
  const params = c.req.param() as Record<string, string>
  for (const name of ['account_id', 'zone_id']) {
    const id = params[name]
    if (id !== undefined && !/^[0-9a-f]{32}$/.test(id)) throw noRoute(c.get('url').pathname)
  }
  return params
}

// The account that a path is about; every zone is of the first one (`zones.ts`).
function accountOf(c: AppContext, params: Record<string, string>): Account | undefined {
  const { ACCOUNTS } = c.get('settings')
  const { account_id: id, zone_id: zone } = params
  if (zone !== undefined) return ACCOUNTS[0]
  if (id === undefined) return undefined
  const account = findAccount(ACCOUNTS, id)
  if (account) return account
  throw new ApiError(403, { code: 9109, message: 'Unauthorized to access requested resource' })
}

/** The same operations on an account and, with the same effect, on a zone of it (section F, row 27). */
export function onAccountsAndZones(operations: Operation[]): Operation[] {
  const onZones = operations.map((each) => ({
    ...each,
    permissions: [...each.permissions, ...each.permissions.flatMap(ofZones)],
  }))
  return [...under('/accounts/:account_id', operations), ...under('/zones/:zone_id', onZones)]
}

// Observed (A.6): the same permission has an id for accounts and one for zones.
function ofZones(permission: Permission): Permission[] {
  return /^access\.\w+$/.test(permission) ? [`zone-${permission}`] : []
}

/** The same operations below a path. */
export function under(prefix: string, operations: Operation[]): Operation[] {
  return operations.map((each) => ({ ...each, path: prefix + each.path }))
}

/** Puts the operations on their routes. */
export function route(api: Hono<Env>, operations: Operation[]): void {
  for (const { method, path, permissions, run } of operations) {
    api[method](path, (c) => run(c, permissions))
  }
}
