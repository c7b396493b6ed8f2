import * as z from 'zod'
import { stamped, timestampsOf } from '../../access/timestamps'
import { type UserPopulation, userPopulationSchema } from '../../access/user-population'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { refuseUsed } from '../references'

export const POPULATION_PERMISSIONS = accepted('access', 'access-population')

const LIST = '/access/user_populations'
const ONE = `${LIST}/:user_population_id`

const populationResult = z.object({
  id: z.string(),
  name: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})
const listQuery = z.object({
  ...pageQuery,
  per_page: z.coerce.number().int().min(1).max(1000).default(100),
})

/** `/access/user_populations`: the users of end-user applications. Access: documented [EU1]. */
export const userPopulations: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List user populations',
    permissions: POPULATION_PERMISSIONS.read,
    query: listQuery,
    result: populationResult,
    isList: true,
    handle: (c, { query }) => pageOf(c.get('configuration').userPopulations.map(view), query),
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create a user population',
    permissions: POPULATION_PERMISSIONS.write,
    status: 201,
    body: userPopulationSchema,
    result: populationResult,
    handle: (c, { body }) =>
      change(c, () => {
        const population = stamped({ ...body, id: crypto.randomUUID() }, c.get('now'))
        return { edits: [save('userPopulations', population)], result: view(population) }
      }),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a user population',
    permissions: POPULATION_PERMISSIONS.read,
    result: populationResult,
    handle: (c, { params }) => view(requirePopulation(c.get('configuration'), params)),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Rename a user population',
    permissions: POPULATION_PERMISSIONS.write,
    body: userPopulationSchema,
    result: populationResult,
    handle: (c, { params, body }) =>
      change(c, (from) => {
        const before = requirePopulation(from, params)
        const population = stamped({ ...before, ...body }, c.get('now'), timestampsOf(before))
        return { edits: [save('userPopulations', population)], result: view(population) }
      }),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a user population that is not attached to an application',
    permissions: POPULATION_PERMISSIONS.write,
    status: 202,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requirePopulation(from, params)
        refuseUsed(from, 'userPopulations', id, 'the application ')
        const users = from.populationUsers.filter((each) => each.population_id === id)
        const deletions = users.map((each) => deletion('populationUsers', each.id))
        return { edits: [deletion('userPopulations', id), ...deletions], result: { id } }
      }),
  }),
]

/**
 * Returns the population in the path.
 *
 * @throws ApiError 404 if it does not exist. Assumed: its code and text.
 */
export function requirePopulation(
  from: Configuration,
  { user_population_id: id }: Record<string, string>,
): UserPopulation {
  const population = from.userPopulations.find((each) => each.id === id)
  if (!population) throw notFound('user_population_not_found')
  return population
}

function view(population: UserPopulation) {
  const { id, name } = population
  return { id, name, ...timestampsOf(population) }
}
