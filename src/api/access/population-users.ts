import * as z from 'zod'
import { stamped, timestampsOf } from '../../access/timestamps'
import {
  findPopulationUser,
  type PopulationUser,
  populationUserId,
  populationUserSchema,
} from '../../access/user-population'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { invalidRequest, notFound } from '../error'
import { type Operation, operation } from '../operation'
import { patched, scimPatchSchema } from './scim-patch'
import { POPULATION_PERMISSIONS, requirePopulation } from './user-populations'

const LIST = '/access/user_populations/:user_population_id/users'
const ONE = `${LIST}/:user_id`

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

const userResult = z.looseObject({
  schemas: z.array(z.string()),
  id: z.string(),
  userName: z.string(),
  active: z.boolean(),
  meta: z.looseObject({}),
})
// RFC 7644 3.4.2. The only filter is the one that provisioning systems send.
const listQuery = z.object({
  startIndex: z.coerce.number().int().min(1).default(1),
  count: z.coerce.number().int().min(0).max(1000).default(100),
  filter: z
    .string()
    .regex(/^userName eq "[^"]*"$/i, 'expected userName eq "<address>"')
    .optional(),
})

/**
 * `/access/user_populations/{id}/users`: SCIM user resources, without the API's envelope.
 *
 * Access: documented [EU3]. Assumed: errors have the API's envelope, as those of every other path.
 */
export const populationUsers: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List the users of a population',
    permissions: POPULATION_PERMISSIONS.read,
    query: listQuery,
    result: z.looseObject({ Resources: z.array(userResult) }),
    isBare: true,
    handle(c, { params, query: { startIndex, count, filter } }) {
      const { id } = requirePopulation(c.get('configuration'), params)
      const name = filter?.slice(filter.indexOf('"') + 1, -1).toLowerCase()
      const found = c
        .get('configuration')
        .populationUsers.filter((each) => each.population_id === id)
        .filter(({ userName }) => name === undefined || userName === name)
      const page = found.slice(startIndex - 1, startIndex - 1 + count)
      return {
        schemas: [LIST_RESPONSE],
        totalResults: found.length,
        startIndex,
        itemsPerPage: page.length,
        Resources: page.map((each) => view(c, each)),
      }
    },
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create a user of a population',
    permissions: POPULATION_PERMISSIONS.write,
    status: 201,
    body: populationUserSchema,
    result: userResult,
    isBare: true,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const { id: population_id } = requirePopulation(from, params)
        const id = await populationUserId(population_id, body.userName)
        const user = stamped({ ...ownAttributes(body), id, population_id }, c.get('now'))
        return edit(c, from, user, true)
      }),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a user of a population',
    permissions: POPULATION_PERMISSIONS.read,
    result: userResult,
    isBare: true,
    handle: (c, { params }) => view(c, requireUser(c.get('configuration'), params)),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Replace a user of a population',
    permissions: POPULATION_PERMISSIONS.write,
    body: populationUserSchema,
    result: userResult,
    isBare: true,
    handle: (c, { params, body }) =>
      change(c, (from) => edit(c, from, replaced(c, requireUser(from, params), body))),
  }),
  operation({
    method: 'patch',
    path: ONE,
    summary: 'Change a user of a population (RFC 7644 3.5.2)',
    permissions: POPULATION_PERMISSIONS.write,
    body: scimPatchSchema,
    result: userResult,
    isBare: true,
    handle: (c, { params, body }) =>
      change(c, (from) => {
        const before = requireUser(from, params)
        const result = populationUserSchema.safeParse(patched(ownAttributes(before), body))
        if (!result.success) {
          throw invalidRequest(
            result.error.issues[0]?.message ?? 'the user is invalid',
            '/Operations',
          )
        }
        return edit(c, from, replaced(c, before, result.data))
      }),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a user of a population',
    permissions: POPULATION_PERMISSIONS.write,
    // RFC 7644 3.6.
    status: 204,
    result: z.null(),
    isBare: true,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requireUser(from, params)
        return { edits: [deletion('populationUsers', id)], result: null }
      }),
  }),
]

type Attributes = z.infer<typeof populationUserSchema>

// Returns the attributes without those that the server sets.
function ownAttributes(user: Attributes): Attributes {
  const { id: _, meta: __, schemas: ___, population_id, created_at, updated_at, ...own } = user
  return own
}

function replaced(c: AppContext, before: PopulationUser, body: Attributes): PopulationUser {
  const { id, population_id } = before
  return stamped({ ...ownAttributes(body), id, population_id }, c.get('now'), timestampsOf(before))
}

// Assumed: the refusal of an address that another user of the population has.
function edit(c: AppContext, from: Configuration, user: PopulationUser, isNew = false) {
  const { id, population_id, userName } = user
  const other =
    findPopulationUser(from.populationUsers, population_id, userName) ??
    from.populationUsers.find((each) => isNew && each.id === id)
  if (other && (isNew || other.id !== id)) {
    throw invalidRequest(`userName ${userName} already exists`, '/userName')
  }
  return { edits: [save('populationUsers', user)], result: view(c, user) }
}

function requireUser(from: Configuration, params: Record<string, string>): PopulationUser {
  const { id } = requirePopulation(from, params)
  const user = from.populationUsers.find(
    (each) => each.population_id === id && each.id === params.user_id,
  )
  if (!user) throw notFound('user_not_found')
  return user
}

function view(c: AppContext, user: PopulationUser) {
  const { created_at: created, updated_at: lastModified } = timestampsOf(user)
  const { id, population_id } = user
  const { origin } = c.get('url')
  const account = c.req.param('account_id')
  const location = `${origin}/client/v4/accounts/${account}/access/user_populations/${population_id}/users/${id}`
  return {
    schemas: [USER],
    id,
    ...ownAttributes(user),
    meta: { resourceType: 'User', created, lastModified, location },
  }
}
