import * as z from 'zod'
import { completeApplication, domainsOf, type StoredApplication } from '../../access/application'
import { applicationSchema, type ParsedApplication } from '../../access/application-schema'
import { revocable } from '../../access/revocation'
import { stamped, timestampsOf } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { contains } from '../query'
import { checkApplication } from './application-checks'
import {
  keptMembers,
  keptPolicies,
  lostMembers,
  refuseOtherType,
  reportLost,
} from './application-replacement'
import { applicationResult, applicationView } from './application-view'
import { reportWithoutEffect } from './without-effect'

const PERMISSIONS = accepted('access', 'access-app')

const listQuery = z.object({
  ...pageQuery,
  aud: z.string().optional(),
  domain: z.string().optional(),
  exact: z.stringbool().default(false),
  name: z.string().optional(),
  search: z.string().optional(),
  target_attributes: z.string().optional(),
})

/** `/access/apps`. Access: documented [K1]. */
export const applications: Operation[] = [
  operation({
    method: 'get',
    path: '/access/apps',
    summary: 'List Access applications',
    permissions: PERMISSIONS.read,
    query: listQuery,
    result: applicationResult,
    isList: true,
    handle(c, { query }) {
      const { configuration } = c.var
      const found = configuration.collections.applications.filter(matching(query))
      return pageOf(
        found.map((each) => applicationView(configuration, each)),
        query,
      )
    },
  }),
  operation({
    method: 'post',
    path: '/access/apps',
    summary: 'Add an Access application',
    permissions: PERMISSIONS.write,
    status: 201,
    body: applicationSchema,
    result: applicationResult,
    async handle(c, { body, given: sent }) {
      const created = await change(c, async (from) => {
        const given = withoutIds(body)
        const stored = await completeApplication(given, () => crypto.randomUUID())
        return checkedEdit(c, from, given, dated(stored, c.get('now')))
      })
      reportMembersWithoutEffect(c, body, sent)
      return created
    },
  }),
  operation({
    method: 'get',
    path: '/access/apps/:app_id',
    summary: 'Get an Access application',
    permissions: PERMISSIONS.read,
    result: applicationResult,
    handle: (c, { params }) =>
      applicationView(
        c.get('configuration'),
        requireApplication(c.get('configuration'), params.app_id),
      ),
  }),
  operation({
    method: 'put',
    path: '/access/apps/:app_id',
    summary: 'Replace an Access application',
    permissions: PERMISSIONS.write,
    body: applicationSchema,
    prefill(c, params, body) {
      const before = requireApplication(c.get('configuration'), params.app_id)
      return { ...keptMembers(before, body), ...body, ...keptPolicies(before, body) }
    },
    result: applicationResult,
    async handle(c, { params, body, given: sent }) {
      const { view, lost } = await change(c, async (from) => {
        const before = requireApplication(from, params.app_id)
        const { id, aud } = before
        refuseOtherType(before, body)
        const given = { ...withoutIds(body, before), ...keptMembers(before, sent), id, aud }
        const stored = await completeApplication(given, () => crypto.randomUUID())
        const after = dated(stored, c.get('now'), before)
        const { edits, result } = checkedEdit(c, from, given, after)
        return { edits, result: { view: result, lost: lostMembers(before, stored, sent) } }
      })
      reportLost(c, view, lost)
      reportMembersWithoutEffect(c, body, sent)
      return view
    },
  }),
  operation({
    method: 'delete',
    path: '/access/apps/:app_id',
    summary: 'Delete an Access application',
    permissions: PERMISSIONS.write,
    status: 202,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requireApplication(from, params.app_id)
        return { edits: [deletion('applications', id)], result: { id } }
      }),
  }),
  operation({
    method: 'post',
    path: '/access/apps/:app_id/revoke_tokens',
    summary: 'Revoke the tokens of an application',
    permissions: ['access.revoke', 'access.write'],
    status: 202,
    result: z.object({}),
    async handle(c, { params }) {
      const { id } = requireApplication(c.get('configuration'), params.app_id)
      await c.get('emulator').revoke(revocable.application(id))
      return {}
    },
  }),
]

/**
 * Returns the application with an id or an `aud`.
 *
 * @throws ApiError 404 if it does not exist
 */
export function requireApplication(from: Configuration, id: string | undefined): StoredApplication {
  const found = from.collections.applications.find((each) => each.id === id || each.aud === id)
  if (!found) throw notFound('unknown_application')
  return found
}

function reportMembersWithoutEffect(c: AppContext, body: ParsedApplication, sent: object): void {
  reportWithoutEffect(c, 'application', sent)
  for (const policy of body.policies) reportWithoutEffect(c, 'policy', policy)
}

// Checks an application, and returns the edit that stores it.
function checkedEdit(
  c: AppContext,
  from: Configuration,
  given: ParsedApplication,
  stored: StoredApplication,
) {
  checkApplication(from, stored, given, c.get('settings').REDIRECT_RULES)
  // The view counts the applications of reusable policies, this one included.
  const others = from.collections.applications.filter(({ id }) => id !== stored.id)
  const collections = { ...from.collections, applications: [...others, stored] }
  const result = applicationView({ ...from, collections }, stored)
  return { edits: [save('applications', stored)], result }
}

// Sets the timestamps of an application and of its own policies.
function dated(
  stored: StoredApplication,
  now: number,
  before?: StoredApplication,
): StoredApplication {
  const earlier = new Map(before?.policies.map((policy) => [policy.id, policy]))
  const policies = stored.policies.map((policy) => {
    if (!('decision' in policy)) return policy
    const was = earlier.get(policy.id)
    return stamped(policy, now, was && 'decision' in was ? timestampsOf(was) : undefined)
  })
  return stamped({ ...stored, policies }, now, before && timestampsOf(before))
}

// Removes ids that the caller made up, because Access assigns them. A policy may keep its id.
function withoutIds<T extends z.infer<typeof applicationSchema>>(
  body: T,
  before?: StoredApplication,
): T {
  const own = new Set(before?.policies.map(({ id }) => id))
  const policies = body.policies.map((policy) =>
    'decision' in policy && policy.id !== undefined && !own.has(policy.id)
      ? { ...policy, id: undefined }
      : policy,
  )
  return { ...body, id: undefined, aud: undefined, policies }
}

function matching({ aud, domain, exact, name, search }: z.infer<typeof listQuery>) {
  const fits = (text: string, wanted: string | undefined) =>
    wanted === undefined || (exact ? text === wanted : contains(text, wanted))
  return (each: StoredApplication) => {
    const uris = domainsOf(each)
    return (
      (aud === undefined || each.aud === aud) &&
      fits(each.name, name) &&
      (domain === undefined || uris.some((uri) => fits(uri, domain))) &&
      (search === undefined || [each.name, ...uris].some((text) => contains(text, search)))
    )
  }
}
