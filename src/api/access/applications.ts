import * as z from 'zod'
import { completeApplication, type StoredApplication } from '../../access/application'
import {
  applicationSchema,
  isPublic,
  type ParsedApplication,
} from '../../access/application-schema'
import { revocable } from '../../access/revocation'
import { stamped, timestampsOf } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { contains } from '../query'
import { checkApplication } from './application-checks'
import { applicationResult, applicationView } from './application-view'

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

/** `/access/apps` (section C.1). */
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
    handle: (c, { body }) =>
      change(c, async (from) => {
        const given = withoutIds(body)
        const stored = await completeApplication(given, () => crypto.randomUUID())
        return keep(c, from, given, dated(stored, c.get('now')))
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
    prefill: (c, params, body) => ({
      ...whatStays(requireApplication(c.get('configuration'), params.app_id), body),
      ...body,
    }),
    result: applicationResult,
    handle: (c, { params, body, given: sent }) =>
      change(c, async (from) => {
        const before = requireApplication(from, params.app_id)
        const { id, aud } = before
        const given = { ...withoutIds(body, before), ...whatStays(before, sent), id, aud }
        const stored = await completeApplication(given, () => crypto.randomUUID())
        tellLost(c, before, stored, sent)
        return keep(c, from, given, dated(stored, c.get('now'), before))
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
 * The application of an id; its `aud` is as good.
 *
 * @throws ApiError 404
 */
export function requireApplication(from: Configuration, id: string | undefined): StoredApplication {
  const found = from.collections.applications.find((each) => each.id === id || each.aud === id)
  if (!found) throw notFound('unknown_application')
  return found
}

// A PUT that meant one member and changed others [P17].
function tellLost(
  c: AppContext,
  before: StoredApplication,
  stored: StoredApplication,
  sent: object,
): void {
  const rules = 'oauth_configuration' in sent ? sent.oauth_configuration : undefined
  const lost = [
    ...changedUnsent(before, stored, sent),
    ...(typeof rules === 'object' && rules !== null
      ? changedUnsent(before.oauth_configuration, stored.oauth_configuration, rules)
      : []
    ).map((name) => `oauth_configuration.${name}`),
  ]
  if (lost.length === 0) return
  reportDecision(c, {
    kind: 'api-call',
    application: { id: stored.id, name: stored.name },
    rule: 'P17',
    why: `A PUT replaces the whole application. Not sent, and so gone or back to the default: ${lost.join(', ')}.`,
    change: 'Read the application first, and send all of it with what is to be different.',
  })
}

const DATES = ['created_at', 'updated_at']

// The members of what was that are different now, though nobody said so.
function changedUnsent(before: object = {}, after: object = {}, sent: object): string[] {
  const now = new Map(Object.entries(after))
  return Object.entries(before)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(now.get(name)))
    .map(([name]) => name)
    .filter((name) => !(name in sent) && !DATES.includes(name))
}

function keep(
  c: AppContext,
  from: Configuration,
  given: ParsedApplication,
  stored: StoredApplication,
) {
  checkApplication(from, stored, given, c.get('settings').REDIRECT_RULES)
  // The view counts applications, this one too.
  const others = from.collections.applications.filter(({ id }) => id !== stored.id)
  const collections = { ...from.collections, applications: [...others, stored] }
  const result = applicationView({ ...from, collections }, stored)
  return { edits: [save('applications', stored)], result }
}

// Also dates the application's own policies.
function dated(
  stored: StoredApplication,
  now: number,
  before?: StoredApplication,
): StoredApplication {
  const policies = stored.policies.map((policy) => {
    if (!('decision' in policy)) return policy
    const was = before?.policies.find(({ id }) => id === policy.id)
    return stamped(policy, now, was && 'decision' in was ? timestampsOf(was) : undefined)
  })
  return stamped({ ...stored, policies }, now, before && timestampsOf(before))
}

// Access: documented, a PUT replaces the whole application; what is not sent is gone, policies too.
// Assumed: but for what an application is and where, which the calls of the documentation leave out.
function whatStays(
  { domain, destinations, name, type }: StoredApplication,
  given: object,
): Partial<Pick<ParsedApplication, 'domain' | 'destinations' | 'name' | 'type'>> {
  const saysWhere = ['domain', 'destinations', 'self_hosted_domains'].some((each) => each in given)
  return {
    ...(!('name' in given) && { name }),
    ...(!('type' in given) && { type }),
    ...(!saysWhere && { destinations, ...(domain !== undefined && { domain }) }),
  }
}

// Ids are Access's to give. Of policies, those that the application or the account has are known.
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
    const uris = each.destinations.filter(isPublic).map(({ uri }) => uri)
    return (
      (aud === undefined || each.aud === aud) &&
      fits(each.name, name) &&
      (domain === undefined || uris.some((uri) => fits(uri, domain))) &&
      (search === undefined || [each.name, ...uris].some((text) => contains(text, search)))
    )
  }
}
