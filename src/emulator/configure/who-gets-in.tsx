import * as z from 'zod'
import { seededIdentity } from '../../access/identity'
import { PEOPLE_PICKER } from '../../access/identity-provider'
import { WhoGetsInPage } from '../../pages/configure/who-gets-in'
import type { AppContext } from '../../request/context'
import { reasonFor, verdictOf, whereFrom } from '../../request/judge'
import { accountPath, readApi } from './api'
import { administratorPage, respond } from './page'

const checksSchema = z.object({
  app_state: z.object({
    status: z.string(),
    policies: z.array(z.object({ name: z.string(), decision: z.string(), status: z.string() })),
  }),
})

/**
 * Handles `GET /_emulator/configure/access/who-gets-in`: the API's policy check for a person, with the rule
 * that decided.
 */
export async function showWhoGetsIn(c: AppContext): Promise<Response> {
  const { configuration, settings } = c.var
  const { applications } = configuration
  const email = (c.req.query('email') ?? '').trim().toLowerCase()
  const application = c.req.query('application') ?? applications[0]?.id ?? ''
  const verdict = email === '' ? undefined : await verdictFor(c, email, application)
  const page = await administratorPage(c)
  return respond(c, 200, (nonce) => (
    <WhoGetsInPage
      {...page}
      {...{ nonce, email, application, verdict }}
      people={settings.PEOPLE.map(({ name, email: value }) => ({ value, text: name }))}
      applications={applications.map(({ id, name }) => ({ value: id, text: name }))}
    />
  ))
}

async function verdictFor(c: AppContext, email: string, id: string) {
  const { configuration, settings } = c.var
  const application = configuration.applications.find((each) => each.id === id)
  if (!application) return undefined
  const path = `${accountPath(c)}/access/apps/${id}/user_policy_checks`
  const { app_state: checks } = await readApi(c, path, checksSchema, email)
  const identity = seededIdentity(settings.PEOPLE, email, PEOPLE_PICKER)
  const subject = { identity, ...whereFrom(c) }
  const verdict = verdictOf(c, application, subject)
  const { why, change } = reasonFor(c, application, subject, verdict)
  return {
    isAdmitted: checks.status === 'approved',
    decision: verdict.decision,
    ...{ why, change },
    policies: checks.policies,
  }
}
