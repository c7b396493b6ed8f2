import type { MiddlewareHandler } from 'hono'
import { teamDomain } from '../access/team-domain'
import { dashDomain } from '../account/oauth/dash-domain'
import { OAuthError } from '../oauth/errors'
import { readSettings, type Settings } from '../settings'
import { settingsWith, withPeople, withQuirks } from '../settings/overlay'
import type { Configuration } from '../store/configuration'
import { Emulator } from '../store/emulator'
import { type EmulatorState, emulatedNow } from '../store/emulator/state'
import { openStores } from '../store/stores'
import { type Quirks, quirksOn } from '../switches/quirks'
import { drainBody } from './bytes'
import type { AppContext, Env } from './context'
import { isLocalRequest, publicSettings, requestUrl } from './public-url'
import { printEvents } from './terminal'

// No response may be mistaken for Cloudflare's own.
const EMULATOR = 'access-oauth-emulator'

/** Marks every response as the emulator's, refusals and internal errors included. */
export const markResponse: MiddlewareHandler<Env> = async function markResponse(c, next) {
  c.set('isForwarded', false)
  c.set('isChallenge', false)
  c.set('rayId', newRayId())
  await next()
  const isForwarded = c.get('isForwarded')
  if (!isForwarded) await drainBody(c.req.raw)
  // Not `c.header`, which would make a new response for each header.
  const { headers } = c.res
  headers.set('Cf-Ray', c.get('rayId'))
  // A response of the origin is passed on unchanged.
  if (isForwarded) return
  headers.set('X-Emulator', EMULATOR)
  headers.set('X-Emulator-Event', eventAddress(c))
  // Browsers must not sniff a script in user-supplied content.
  // Access: observed [U10-U15]. Challenges do not carry this header.
  if (!c.get('isChallenge')) headers.set('X-Content-Type-Options', 'nosniff')
}

/**
 * Sets the settings, clock, team domain, dashboard and stores for the request.
 *
 * @throws OAuthError `invalid_request` if `Host` is invalid
 */
export const prepare: MiddlewareHandler<Env> = async function prepare(c, next) {
  c.set('draft', {})
  requireHost(c)
  const settings = await readSettings(c.env)
  const emulator = new Emulator(c.env, printEvents)
  const state = await emulator.state()
  const url = requestUrl(settings, new URL(c.req.url))
  const changed = changedBy(state, settings)
  c.set('quirks', changed.quirks)
  c.set('settings', changed.settings)
  c.set('emulator', emulator)
  c.set('state', state)
  c.set('ticketSecret', changed.ticketSecret)
  c.set('now', emulatedNow(state))
  c.set('url', url)
  c.set('isLocal', isLocalRequest(settings, url, c.req.header('host')))
  const team = teamDomain(c.get('settings'), url, c.req.header('origin'))
  c.set('team', team)
  c.set('dash', dashDomain(settings.DASH_DOMAIN, team, url))
  c.set('stores', openStores(c.env, state))
  await next()
}

/** The settings of requests, and the other values that follow from the settings and the state alone. */
type Changed = {
  from: Settings
  quirks: Quirks
  settings: Settings
  ticketSecret: Uint8Array
}

// Computed once for each state, which is read at most once a second.
const known = new WeakMap<EmulatorState, Changed>()

function changedBy(state: EmulatorState, from: Settings): Changed {
  const before = known.get(state)
  if (before?.from === from) return before
  const quirks = quirksOn(from.QUIRKS, state.quirks)
  const settings = withPeople(settingsWith(publicSettings(from), quirks), state.people)
  const ticketSecret = new TextEncoder().encode(state.ticketSecret)
  const changed = { from, quirks, settings, ticketSecret }
  known.set(state, changed)
  return changed
}

// RFC 9112 3.2. The runtime builds the URL from `Host` and the path. A `/`, `?` or `@` in `Host` would
// therefore change the path. International names are in punycode, so no valid host needs an escape.
function requireHost(c: AppContext): void {
  const host = c.req.header('host')
  if (host === undefined || /^[\w.:[\]-]*$/.test(host)) return
  throw new OAuthError('invalid_request', 'Host is not host[:port] (RFC 9112 3.2)')
}

/**
 * Sets the configuration: the settings with the changes made through the API. The emulator's control
 * does not use it, because it has to work even if the configuration cannot be loaded.
 */
export const configure: MiddlewareHandler<Env> = async function configure(c, next) {
  const emulator = c.get('emulator')
  const quirks = c.get('quirks')
  const settings = c.get('settings')
  const state = c.get('state')
  const url = c.get('url')
  // The API sees its changes immediately; the edge may see them later.
  const isLate =
    state.faults.some(({ name }) => name === 'late-settings') &&
    !url.pathname.startsWith('/client/v4/')
  const configuration = await (isLate
    ? emulator.lateConfiguration(settings.seed)
    : emulator.configuration(settings.seed))
  c.set('configuration', withQuirks(configuration, quirks))
  await next()
}

/** Returns the newest configuration: that of the request, and what has been changed since it began. */
export async function currentConfiguration(c: AppContext): Promise<Configuration> {
  const { emulator, quirks, settings } = c.var
  return withQuirks(await emulator.configuration(settings.seed), quirks)
}

// The events of this response in the console. It depends on nothing recorded.
function eventAddress(c: AppContext): string {
  // Set by `prepare`, which fails if a setting is wrong.
  const { origin } = c.get('url') ?? new URL(c.req.url)
  return `${origin}/_emulator/console/events?ray=${c.get('rayId')}`
}

function newRayId(): string {
  const uuid = crypto.randomUUID()
  return uuid.slice(0, 8) + uuid.slice(-8)
}
