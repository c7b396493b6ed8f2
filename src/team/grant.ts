import type { Application } from '../access/application'
import type { AppContext } from '../request/context'
import { note, noteGrant } from '../request/events'
import type { AccessGrant } from '../store/grants/grant'

/** Finds the application that a grant was made for, if it still exists. */
export function applicationOf(c: AppContext, grant: AccessGrant): Application | undefined {
  return c.get('configuration').applications.find(({ id }) => id === grant.applicationId)
}

/** Adds a grant, its person and its application to the request's event. */
export function noteGrantAndApplication(c: AppContext, grant: AccessGrant): void {
  noteGrant(c, grant)
  const application = applicationOf(c, grant)
  if (application) note(c, { application: { id: application.id, name: application.name } })
}
