import * as z from 'zod'
import type { Application } from './application'
import { stableUuid } from './identity'
import type { Policy } from './policy'
import { distinct, type RecordKind } from './record-kind'
import type { Timestamps } from './timestamps'

const NAME_BYTES = 128

/** A directory of users that belongs to end-user applications. API: documented [EU1]. */
export const userPopulationSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .refine(
      (name) => new TextEncoder().encode(name).length <= NAME_BYTES,
      `expected at most ${NAME_BYTES} bytes of UTF-8`,
    ),
})

/** A population of the settings. */
export const seededPopulationSchema = userPopulationSchema.extend({ id: z.string().min(1) })
export type UserPopulation = z.infer<typeof userPopulationSchema> & Timestamps & { id: string }

export const userPopulationKind: RecordKind<UserPopulation> = {
  noun: 'user population',
  idOf: ({ id }) => id,
  schema: z.looseObject({ id: z.string().min(1), name: z.string().min(1) }),
  seed: {
    setting: 'USER_POPULATIONS',
    schema: z.array(seededPopulationSchema).superRefine(distinct('id')).default([]),
  },
}

/**
 * A user in a request, as SCIM describes it (RFC 7643 4.1). Further attributes are kept. `userName` is the
 * e-mail address that the identity provider returns, in lower case.
 */
export const populationUserSchema = z.looseObject({
  userName: z.string().trim().toLowerCase().min(1).max(254),
  active: z.boolean().default(true),
})

/** A user of a population. Access: documented [EU3]. */
export type PopulationUser = z.infer<typeof populationUserSchema> &
  Timestamps & { id: string; population_id: string }

/** The kind has no references, because users are deleted with their population. */
export const populationUserKind: RecordKind<PopulationUser> = {
  noun: 'user of a population',
  idOf: ({ id }) => id,
  schema: z.looseObject({
    id: z.string().min(1),
    population_id: z.string().min(1),
    userName: z.string(),
    active: z.boolean(),
  }),
}

/** Returns the id of the population of an end-user application; undefined for other applications. */
export function populationOf({
  type,
  user_populations: [id] = [],
}: Pick<Application, 'type' | 'user_populations'>): string | undefined {
  return type === 'end_user' ? id : undefined
}

/** Finds the user of a population with an e-mail address. */
export function findPopulationUser(
  users: readonly PopulationUser[],
  populationId: string,
  email: string,
): PopulationUser | undefined {
  return users.find((each) => each.population_id === populationId && each.userName === email)
}

/**
 * Returns the id of a person in the population of an end-user application, or undefined if the application
 * has none.
 *
 * Access: documented [EU2].
 */
export async function populationUserIdFor(
  application: Pick<Application, 'type' | 'user_populations'>,
  users: readonly PopulationUser[],
  email: string,
): Promise<string | undefined> {
  const population = populationOf(application)
  if (population === undefined) return undefined
  const user = findPopulationUser(users, population, email)
  return user?.id ?? populationUserId(population, email)
}

/** Derives the id of a new user from the population and the address. Access: documented [EU2]. */
export function populationUserId(populationId: string, email: string): Promise<string> {
  return stableUuid(`population:${populationId}:${email}`)
}

/**
 * Returns the end-user application with its internal policy, which allows everyone; other applications are
 * returned as they are.
 *
 * Access: documented [EU2]. Assumed: a user whose `active` is false is refused.
 */
export function withPopulation(
  application: Application,
  users: readonly PopulationUser[],
): Application {
  const population = populationOf(application)
  if (population === undefined) return application
  const inactive = users.filter((each) => each.population_id === population && !each.active)
  const everyone: Policy = {
    id: application.id,
    name: 'Everyone in the user population',
    decision: 'allow',
    include: [{ everyone: {} }],
    require: [],
    exclude: inactive.map(({ userName }) => ({ email: { email: userName } })),
  }
  return { ...application, policies: [everyone] }
}
