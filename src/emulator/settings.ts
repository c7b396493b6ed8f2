import * as z from 'zod'
import { domainsOf } from '../access/application'
import { sha256 } from '../oauth/encoding'
import { OAuthError } from '../oauth/errors'
import { readJson } from '../request/body'
import type { AppContext } from '../request/context'
import { parseSettings, type Settings } from '../settings'
import { SettingsError } from '../settings/error'
import { respond } from './respond'

const LONGEST_BYTES = 4 * 1024 * 1024
export const varsSchema = z.record(z.string(), z.unknown())

/** Handles `GET /_emulator/settings`: shows the origin, the team domain and the applications in effect. */
export async function showSettings(c: AppContext): Promise<Response> {
  const { configuration, settings, team } = c.var
  return respond(c, 'GET settings', {
    origin: c.env.ORIGIN ? 'the service binding ORIGIN' : (settings.ORIGIN_URL ?? null),
    team_domain: team.origin,
    applications: configuration.applications.map((application) => ({
      name: application.name,
      domains: domainsOf(application),
      aud: application.aud,
    })),
    ...(settings.warnings && { warnings: settings.warnings }),
    revision: await revisionOf(settings),
  })
}

/**
 * Handles `POST /_emulator/settings`: checks settings, as they would be in `[vars]`, without using them.
 *
 * @throws OAuthError `invalid_request`, which names every wrong setting
 */
export async function checkSettings(c: AppContext): Promise<Response> {
  const vars = varsSchema.safeParse(await readJson(c, LONGEST_BYTES))
  if (!vars.success) throw new OAuthError('invalid_request', 'the body: expected an object')
  const settings = await parseSettings(vars.data).catch((error) => {
    if (error instanceof SettingsError) throw new OAuthError('invalid_request', error.message)
    throw error
  })
  const { applications, policies } = settings.seed
  return respond(c, 'POST settings', {
    applications: applications.length,
    policies: policies.length + applications.flatMap((each) => each.policies).length,
    ...(settings.warnings && { warnings: settings.warnings }),
    revision: await revisionOf(settings),
  })
}

// Equal for equal settings, so that npm start can tell when new ones are in effect.
async function revisionOf({ EMULATOR_TOKEN: _, ...settings }: Settings): Promise<string> {
  return (await sha256(JSON.stringify(settings))).slice(0, 12)
}
