import type { Application } from '../access/application'
import { stamped } from '../access/timestamps'
import { findPopulationUser, populationOf, populationUserId } from '../access/user-population'
import type { AppContext } from '../request/context'
import { report } from '../request/events'

/**
 * Creates the user of a person in the population of an end-user application, at the first successful
 * login. Other applications have no population.
 *
 * Access: documented [EU3].
 */
export async function enrol(c: AppContext, application: Application, email: string): Promise<void> {
  const population_id = populationOf(application)
  if (population_id === undefined) return
  const { configuration, emulator, now, settings } = c.var
  if (findPopulationUser(configuration.populationUsers, population_id, email)) return
  const id = await populationUserId(population_id, email)
  const isNew = await emulator.edit(settings.seed, async ({ populationUsers }) => {
    if (findPopulationUser(populationUsers, population_id, email)) {
      return { edits: [], result: false }
    }
    const value = stamped({ id, population_id, userName: email, active: true }, now)
    return { edits: [{ kind: 'populationUsers', id, value }], result: true }
  })
  if (!isNew) return
  report(c, {
    kind: 'user-created',
    email,
    application: { id: application.id, name: application.name },
    userId: id,
    populationId: population_id,
  })
}
