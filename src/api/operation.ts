import type { Hono } from 'hono'
import type { z } from 'zod'
import { type Account, findAccount } from '../account/members'
import type { AppContext, Env } from '../request/context'
import { readBody } from './body'
import { authorize, requireRole } from './credentials'
import { type Page, readQuery, respondBare, respondPage, respondResult } from './envelope'
import { type accessError, accountForbidden, type EnvelopeError, noRoute } from './error'
import type { Permission } from './permissions'

type Input<Body, Query> = {
  params: Record<string, string>
  body: Body
  query: Query
  /** The body as it was sent, without defaults. */
  given: object
}

/** One operation of the API: its route, and its place in the OpenAPI document. */
export type Operation = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** The path below `/client/v4`, with Hono's `:name` for parameters. */
  path: string
  summary: string
  /** The caller needs one of them, or none if the list is empty. */
  permissions: Permission[]
  /** A person who calls, or for whom the caller acts, needs one of these roles in the account. */
  roles?: readonly string[]
  status: 200 | 201 | 202 | 204
  body: z.ZodType | undefined
  query: z.ZodType | undefined
  /** The schema of `result` in the envelope; for a list, of each item. */
  result: z.ZodType
  isList: boolean
  /** Whether the envelope of a success omits the lists of errors and messages. */
  isBrief: boolean
  /** Whether the response is `result` itself, without the envelope. */
  isBare: boolean
  run(c: AppContext, permissions: Permission[]): Promise<Response>
}

type Definition<Body, Query> = Pick<
  Operation,
  'method' | 'path' | 'summary' | 'permissions' | 'roles'
> & {
  /** 200 by default. */
  status?: Operation['status']
  body?: z.ZodType<Body>
  query?: z.ZodType<Query>
  result: z.ZodType
  isList?: boolean
  isBare?: boolean
  isBrief?: boolean
  /** Adds the members that a replacement may leave out. */
  prefill?(c: AppContext, params: Record<string, string>, body: object): object
  /** Makes the errors of a wrong body; by default Access's. */
  refuse?: typeof accessError
  /** Makes the error for an issue of the schema, from the issue and the body as it was sent. */
  describe?: (issue: z.core.$ZodIssue, body: unknown) => EnvelopeError
  /** Returns `result`, or a page of a list. */
  handle(c: AppContext, input: Input<Body, Query>): unknown
}

/** Defines an operation. Its requests are authorized and parsed before they are handled. */
export function operation<Body = undefined, Query = undefined>(
  definition: Definition<Body, Query>,
): Operation {
  const { status = 200, body, query, isList = false, isBare = false, isBrief = false } = definition
  const { describe, prefill, refuse, handle, roles } = definition
  return {
    ...definition,
    status,
    body,
    query,
    isList,
    isBare,
    isBrief,
    async run(c, permissions) {
      const params = c.req.param() as Record<string, string>
      const account = accountIn(c, params)
      await authorize(c, permissions, account)
      if (roles && account) await requireRole(c, account, roles)
      const input: Input<Body, Query> = {
        params,
        query: (query && readQuery(c, query)) as Query,
        body: undefined as Body,
        given: {},
      }
      if (body) {
        const prefilled = (given: object) => {
          input.given = given
          return prefill ? prefill(c, params, given) : given
        }
        input.body = await readBody(c, body, refuse, prefilled, describe)
      }
      const result = await handle(c, input)
      if (isBare) return respondBare(c, result, status)
      return isList
        ? respondPage(c, result as Page, isBrief)
        : respondResult(c, result, status, isBrief)
    },
  }
}

/**
 * Returns the account that a path names by its own id or by that of a zone. Every zone belongs to the first
 * account (`account/zones.ts`).
 *
 * API: reported [V14]. A path with an id of the wrong form does not exist.
 *
 * @throws ApiError 7003 if an id has the wrong form, 9109 if the account does not exist
 */
export function accountIn(
  c: AppContext,
  { account_id: id, zone_id: zone }: Record<string, string>,
): Account | undefined {
  const { ACCOUNTS } = c.get('settings')
  if (![id, zone].every((each) => each === undefined || /^[0-9a-f]{32}$/.test(each))) {
    throw noRoute(c.get('url').pathname)
  }
  if (zone !== undefined) return ACCOUNTS[0]
  if (id === undefined) return undefined
  const account = findAccount(ACCOUNTS, id)
  if (account) return account
  throw accountForbidden()
}

/** Returns the operations below accounts and, with the same effect, zones. API: documented [V20]. */
export function onAccountsAndZones(operations: Operation[]): Operation[] {
  const onZones = operations.map((each) => ({
    ...each,
    permissions: [...each.permissions, ...each.permissions.flatMap(ofZones)],
  }))
  return [...under('/accounts/:account_id', operations), ...under('/zones/:zone_id', onZones)]
}

// API: reported [C16]. A permission on Access has one id for accounts and one for zones.
function ofZones(permission: Permission): Permission[] {
  return /^access\.\w+$/.test(permission) ? [`zone-${permission}`] : []
}

/** Returns the operations below a path. */
export function under(prefix: string, operations: Operation[]): Operation[] {
  return operations.map((each) => ({ ...each, path: prefix + each.path }))
}

/** Registers the routes of the operations. */
export function route(api: Hono<Env>, operations: Operation[]): void {
  for (const { method, path, permissions, run } of operations) {
    // `dns_records/export` is no record, but a neighbour that is not emulated.
    const routed = path.replace(':dns_record_id', ':dns_record_id{[0-9a-f]{32}}')
    api[method](routed, (c) => run(c, permissions))
  }
}
