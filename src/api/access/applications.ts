import * as z from 'zod'
import { completeApplication, domainsOf, type StoredApplication } from '../../access/application'
import { applicationSchema, type ParsedApplication } from '../../access/application-schema'
import { revocable } from '../../access/revocation'
import { stamped, timestampsOf } from '../../access/timestamps'
import { isObject } from '../../access/unknown-members'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { invalidRequest, notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { contains } from '../query'
import { checkApplication } from './application-checks'
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
    handle: (c, { body, given: sent }) =>
      change(c, async (from) => {
        reportWithoutEffect(c, 'application', sent)
        for (const policy of body.policies) reportWithoutEffect(c, 'policy', policy)
        const given = withoutIds(body)
        const stored = await completeApplication(given, () => crypto.randomUUID())
        return checkedEdit(c, from, given, dated(stored, c.get('now')))
      }),
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
    handle: (c, { params, body, given: sent }) =>
      change(c, async (from) => {
        const before = requireApplication(from, params.app_id)
        const { id, aud } = before
        refuseOtherType(before, body)
        const given = { ...withoutIds(body, before), ...keptMembers(before, sent), id, aud }
        const stored = await completeApplication(given, () => crypto.randomUUID())
        reportLost(c, before, stored, sent)
        reportWithoutEffect(c, 'application', sent)
        for (const policy of body.policies) reportWithoutEffect(c, 'policy', policy)
        return checkedEdit(c, from, given, dated(stored, c.get('now'), before))
      }),
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

// Access: documented [EU1]. Assumed: the text.
function refuseOtherType(before: StoredApplication, { type }: ParsedApplication): void {
  if (before.type === type || ![before.type, type].includes('end_user')) return
  throw invalidRequest('an application cannot be changed to or from the type end_user', '/type')
}

// Reports the members that a PUT removed or reset because they were not sent [P17].
function reportLost(
  c: AppContext,
  before: StoredApplication,
  stored: StoredApplication,
  sent: object,
): void {
  const rules = 'oauth_configuration' in sent ? sent.oauth_configuration : undefined
  const lost = [
    ...changedUnsent(before, stored, sent),
    ...(isObject(rules)
      ? changedUnsent(before.oauth_configuration, stored.oauth_configuration, rules)
      : []
    ).map((name) => `oauth_configuration.${name}`),
  ]
  if (lost.length === 0) return
  reportDecision(c, {
    kind: 'api-call',
    application: { id: stored.id, name: stored.name },
    rule: 'P17',
    why: `A PUT replaces the whole application. These members were not sent, so they were removed or reset to their defaults: ${lost.join(', ')}.`,
    change: 'Get the application first, change it, and send all of it.',
  })
}

const DATES = ['created_at', 'updated_at']

// Returns the members that changed although the request did not send them.
function changedUnsent(before: object = {}, after: object = {}, sent: object): string[] {
  const now = new Map(Object.entries(after))
  return Object.entries(before)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(now.get(name)))
    .map(([name]) => name)
    .filter((name) => !(name in sent) && !DATES.includes(name))
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

// Returns the members that a PUT keeps if they are not sent: the name, the type and the domains.
//
// Access: observed [K2]. A PUT replaces the whole application, policies included. Assumed: these
// members stay, because the documentation's calls leave them out.
function keptMembers(
  { domain, destinations, name, type }: StoredApplication,
  given: object,
): Partial<Pick<ParsedApplication, 'domain' | 'destinations' | 'name' | 'type'>> {
  const namesDomains = ['domain', 'destinations', 'self_hosted_domains'].some(
    (each) => each in given,
  )
  return {
    ...(!('name' in given) && { name }),
    ...(!('type' in given) && { type }),
    ...(!namesDomains && { destinations, ...(domain !== undefined && { domain }) }),
  }
}

// Access: documented [K2]. `policies: null` leaves the policies as they are. Access: observed. Without the
// member, they are gone; the provider's comment suggests otherwise for older versions.
function keptPolicies({ policies }: StoredApplication, given: object) {
  return 'policies' in given && given.policies === null ? { policies } : {}
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
