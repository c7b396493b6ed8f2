import { type Identity, userIdOf } from '../access/identity'
import type { Subject } from '../access/rule-kinds'
import { mappedServers } from '../mcp/curation'
import type { PortalPlace } from '../mcp/place'
import { decidedServers, exposedTo as exposedOf, type Seen, seenServers } from '../mcp/visibility'
import type { AppContext } from '../request/context'
import { whereFrom } from '../request/judge'
import type { PortalGrant, PortalSession } from '../store/emulator/portal-state'
import type { AccessGrant } from '../store/grants/grant'

/** A caller that the gate has admitted to a portal: a person's client, or a machine. */
export type Admitted = {
  grant?: AccessGrant | undefined
  identity?: Identity | undefined
  serviceToken?: { id: string; name: string; commonName: string } | undefined
}

/** A caller of a portal, for one request. */
export type PortalCaller = {
  place: PortalPlace
  /** The grant, or `service:`, the portal and the service token. Nothing of one holder serves another. */
  holder: string
  email?: string | undefined
  /** The person's e-mail address is empty for a service token, which has its client id instead. */
  userId: string
  subject: Subject
  /** The portal's state of the holder. */
  kept: PortalGrant
  session?: { id: string; state: PortalSession } | undefined
}

/** Reads what a portal keeps for a caller; undefined if the credential is neither a grant nor a service token. */
export async function callerOf(
  c: AppContext,
  place: PortalPlace,
  { grant, identity, serviceToken }: Admitted,
): Promise<PortalCaller | undefined> {
  if (grant && identity) {
    const subject = { identity, ...whereFrom(c) }
    const { email } = identity
    const kept = await keptFor(c, place, grant.id, grant.sessionEndsAtSeconds, { email, subject })
    return { place, holder: grant.id, email, userId: await userIdOf(email), subject, kept }
  }
  if (!serviceToken) return undefined
  const holder = `service:${place.portal.id}:${serviceToken.id}`
  const subject = { serviceToken, ...whereFrom(c) }
  const endsAtSeconds = c.get('now') + IDLE_SECONDS
  const kept = await keptFor(c, place, holder, endsAtSeconds, { subject })
  return { place, holder, userId: serviceToken.commonName, subject, kept }
}

/** The time after which a session without a request ends. Portal: documented [MP60]. */
export const IDLE_SECONDS = 24 * 3600

// A grant that was made without the page of servers, such as one from before the portal, is decided about
// at its first request.
async function keptFor(
  c: AppContext,
  { portal }: PortalPlace,
  id: string,
  endsAtSeconds: number,
  { email, subject }: { email?: string; subject: Subject },
): Promise<PortalGrant> {
  const { configuration, emulator } = c.var
  const kept = await emulator.portals.find('grant', id)
  if (kept?.portalId === portal.id) return kept
  const decided = email === undefined ? {} : decisionsOf(c, portal, subject)
  const fresh = { portalId: portal.id, email, decided, toggles: {}, connections: {} }
  if (mappedServers(portal, configuration.mcpServers).length > 0) {
    await emulator.portals.put('grant', id, id, endsAtSeconds, fresh)
  }
  return fresh
}

/** Returns whether the policies admit a person to each server of a portal. */
export function decisionsOf(
  c: AppContext,
  portal: PortalPlace['portal'],
  subject: Subject,
): Record<string, boolean> {
  const decided = decidedServers(c.get('configuration'), portal, subject)
  return Object.fromEntries(
    decided.map(({ because, mapped: { server } }) => [server.id, because === undefined]),
  )
}

/**
 * Decides about the servers that were added since the authorization. Earlier decisions stay.
 *
 * Portal: observed [MP32, MP58].
 */
export async function decideAddedServers(c: AppContext, caller: PortalCaller): Promise<void> {
  if (caller.email === undefined) return
  const now = decisionsOf(c, caller.place.portal, caller.subject)
  const added = Object.entries(now).filter(([id]) => !Object.hasOwn(caller.kept.decided, id))
  if (added.length === 0) return
  const decided = Object.fromEntries(added)
  caller.kept = { ...caller.kept, decided: { ...caller.kept.decided, ...decided } }
  await c.get('emulator').portals.merge('grant', caller.holder, { decided })
}

/** Returns every server of the portal, with the reason why the caller does not see one. */
export function seenBy(c: AppContext, caller: PortalCaller): Seen[] {
  const { email, kept, place, session, subject } = caller
  return seenServers(c.get('configuration'), place.portal, {
    subject,
    decided: email === undefined ? undefined : kept.decided,
    connected: new Set(Object.keys(kept.connections)),
    toggles: session?.state.toggles ?? kept.toggles,
  })
}

/** Returns the tools or prompts that the caller sees. */
export function exposedTo(c: AppContext, caller: PortalCaller, capability: 'tools' | 'prompts') {
  return exposedOf(seenBy(c, caller), capability)
}

/**
 * Switches a server on or off: in the session, or for clients without sessions in the grant.
 *
 * Portal: documented [MP49].
 */
export async function toggleServer(
  c: AppContext,
  caller: PortalCaller,
  serverId: string,
  isOn: boolean,
): Promise<void> {
  const emulator = c.get('emulator')
  const toggles = { [serverId]: isOn }
  if (caller.session) {
    const { id, state } = caller.session
    caller.session = { id, state: { ...state, toggles: { ...state.toggles, ...toggles } } }
    await emulator.portals.merge('session', id, { toggles })
    return
  }
  caller.kept = { ...caller.kept, toggles: { ...caller.kept.toggles, ...toggles } }
  await emulator.portals.merge('grant', caller.holder, { toggles })
}
