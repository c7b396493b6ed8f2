import type { Person } from '../access/identity'
import { firstNotHttps } from '../access/redirect-rule-schema'
import type { Configuration } from '../store/configuration'
import { QUIRKS, type QuirkName, type Quirks, type SettingQuirk } from '../switches/quirks'
import type { Settings } from '.'

// The settings that each quirk replaces.
const AS_SETTINGS: Record<SettingQuirk, Partial<Settings>> = {
  'https-redirect-rules': { REDIRECT_RULES: 'https' },
  'refresh-grace': { REFRESH_TOKEN_GRACE: '60s' },
  'refuse-reuse': { REFRESH_TOKEN_REUSE: 'refuse' },
  'long-lived-codes': { CODE_LIFETIME: '6h' },
  'strict-revocation': { REVOCATION: 'strict' },
}

/** Returns the settings with the changes of the quirks that are on. */
export function settingsWith(settings: Settings, quirks: Quirks): Settings {
  if (quirks.size === 0) return settings
  const changes = [...quirks].filter(isSetting).map((name) => AS_SETTINGS[name])
  return Object.assign({ ...settings }, ...changes)
}

function isSetting(name: QuirkName): name is SettingQuirk {
  return QUIRKS[name].how === 'setting'
}

/** Returns the settings with the people that the control has set, if it has. */
export function withPeople(settings: Settings, people: Person[] | undefined): Settings {
  return people ? { ...settings, PEOPLE: people } : settings
}

/** Returns the configuration with the changes of the quirks that are on. */
export function withQuirks(configuration: Configuration, quirks: Quirks): Configuration {
  if (!quirks.has('https-redirect-rules')) return configuration
  return { ...configuration, applications: configuration.applications.map(httpsOnly) }
}

type Application = Configuration['applications'][number]

// Rules with another scheme match nothing while the quirk is on. The stored rules are not changed.
function httpsOnly(application: Application): Application {
  const { oauth_configuration: oauth } = application
  const rules = oauth?.dynamic_client_registration
  if (!rules || firstNotHttps(rules.allowed_uris) < 0) return application
  const allowed_uris = rules.allowed_uris.filter((rule) => rule.startsWith('https://'))
  return {
    ...application,
    oauth_configuration: { ...oauth, dynamic_client_registration: { ...rules, allowed_uris } },
  }
}
