/**
 * The settings: variables of the Worker, checked once, with their defaults. Handlers read them as
 * `c.get('settings')`, which `request/prepare.ts` sets.
 *
 * Each kind of record declares its own setting and schema (`store/kinds`). Quirks change the settings of a
 * request in `overlay.ts`. Changes made through the API are the store's, not the settings'.
 */
import * as z from 'zod'
import { memberNamesAt } from '../access/member-names'
import { nearestName } from '../access/nearest-name'
import { firstNotHttps } from '../access/redirect-rule-schema'
import { unknownPermissions } from '../account/api-token'
import { PERMISSION_NAMES } from '../account/permission-names'
import { findScope } from '../account/scopes'
import { seededApplications } from '../mcp/seeded-applications'
import type { Seed } from '../store/configuration'
import type { Collections } from '../store/kinds'
import { danglingReferences } from './dangling'
import { problemsOf, SettingsError } from './error'
import { SETTING_NAMES, seedSchema, seeds, settingsSchema } from './schema'
import { unknownSettings } from './unknown'

export { SETTING_NAMES }

export type Settings = Omit<z.infer<typeof settingsSchema>, 'EMAIL_LISTS'> & {
  /** The configuration before any edit of the API. */
  seed: Seed
  /** Sentences about rules that never match; undefined if there are none. */
  warnings?: string[] | undefined
  /** The problems of settings that the API alone reads. Every response of the API is this error. */
  apiError?: SettingsError | undefined
}

const read = new WeakMap<object, Promise<Settings>>()

/**
 * Returns the settings of this Worker. They are parsed once.
 *
 * @throws SettingsError with each invalid setting, the value found and the value expected
 */
export function readSettings(vars: object): Promise<Settings> {
  const known = read.get(vars)
  if (known) return known
  const settings = parseSettings(vars)
  read.set(vars, settings)
  settings.then(logWarnings, () => {})
  return settings
}

// Not as a warning: npm start and the command print warnings of their own.
function logWarnings({ warnings = [] }: Settings): void {
  for (const sentence of warnings) console.info(sentence)
}

/**
 * Parses settings without using them.
 *
 * @throws SettingsError
 */
export async function parseSettings(vars: object): Promise<Settings> {
  const unknown = unknownSettings(vars, SETTING_NAMES)
  const [own, first] = await Promise.all([
    settingsSchema.safeParseAsync(vars),
    seedSchema.safeParseAsync(vars),
  ])
  if (!own.success || !first.success) {
    const issues = [own, first].flatMap(({ error }) => error?.issues ?? [])
    const problems = issues.flatMap((issue) => problemsOf(vars, issue, membersAt))
    throw new SettingsError([...unknown, ...problems])
  }
  const { EMAIL_LISTS, ...settings } = own.data
  if (settings.PUBLIC_URL !== undefined && settings.EMULATOR_TOKEN === undefined) {
    const expected =
      'expected the setting EMULATOR_TOKEN beside it, because everyone on the internet reaches this URL'
    throw new SettingsError([
      { setting: 'PUBLIC_URL', found: JSON.stringify(settings.PUBLIC_URL), expected },
    ])
  }
  const issues = applicationIssues(first.data, settings.REDIRECT_RULES)
  const { applications, mcpPortals, mcpServers } = first.data
  const made = await seededApplications(applications, mcpPortals, mcpServers)
  const seed = {
    ...first.data,
    applications: [...applications, ...made],
    emailLists: EMAIL_LISTS,
    accounts: settings.ACCOUNTS,
  }
  const problems = [...unknown, ...issues.flatMap((issue) => problemsOf(vars, issue))]
  if (problems.length > 0) throw new SettingsError(problems)
  const dangling = danglingReferences(seed)
  const warnings = dangling.length > 0 ? dangling : undefined
  return { ...settings, seed, warnings, apiError: apiErrorOf(vars, settings) }
}

function membersAt(path: readonly PropertyKey[]): string[] {
  return memberNamesAt(z.object({ ...settingsSchema.shape, ...seeds }), path)
}

function apiErrorOf(
  vars: object,
  { API_TOKENS = [] }: Pick<Settings, 'API_TOKENS'>,
): SettingsError | undefined {
  const problems = unknownPermissions(API_TOKENS).flatMap(({ path, name }) => {
    const example =
      findScope(name)?.name ?? nearestName(name, PERMISSION_NAMES) ?? PERMISSION_NAMES[0]
    const message = `expected the name of a permission, such as "${example}"`
    const at = ['API_TOKENS', ...path]
    return problemsOf(vars, { code: 'custom', path: at, message, input: undefined })
  })
  return problems.length > 0 ? new SettingsError(problems) : undefined
}

// Checks applications against the other settings.
function applicationIssues(
  { applications, identityProviders, userPopulations }: Collections,
  redirectRules: 'current' | 'https',
): z.core.$ZodIssue[] {
  const issue = (message: string, ...path: PropertyKey[]): z.core.$ZodIssue => ({
    code: 'custom',
    path: ['APPLICATIONS', ...path],
    message,
    input: undefined,
  })
  const known = new Set(identityProviders.map(({ id }) => id))
  const https = applications.flatMap(({ oauth_configuration: oauth }, index) => {
    const at = firstNotHttps(oauth?.dynamic_client_registration.allowed_uris ?? [])
    if (redirectRules === 'current' || at < 0) return []
    const member = ['oauth_configuration', 'dynamic_client_registration', 'allowed_uris', at]
    return [issue('expected an https URI, because REDIRECT_RULES is https', index, ...member)]
  })
  const providers = applications.flatMap(({ allowed_idps: ids }, index) => {
    const at = ids.findIndex((id) => !known.has(id))
    if (at < 0) return []
    return [issue('expected the id of one of IDENTITY_PROVIDERS', index, 'allowed_idps', at)]
  })
  const populationIds = new Set(userPopulations.map(({ id }) => id))
  const populations = applications.flatMap(({ user_populations: ids = [] }, index) => {
    const at = ids.findIndex((id) => !populationIds.has(id))
    if (at < 0) return []
    return [issue('expected the id of one of USER_POPULATIONS', index, 'user_populations', at)]
  })
  return [...https, ...providers, ...populations]
}
