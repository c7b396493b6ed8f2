import type { Application } from '../access/application'
import { evaluate, type Verdict } from '../access/policy'
import type { Subject } from '../access/rule-kinds'
import type { References } from '../access/rules'
import { type Capability, type Exposed, exposedBy, type Mapped, mappedServers } from './curation'
import type { McpPortal } from './portal'
import type { McpServer } from './server'

/** The reason why somebody does not see a server of a portal. No client is told it [MP30]. */
export type HiddenBecause =
  | 'no-application'
  | 'no-policy'
  | 'refused'
  | 'not-ready'
  | 'needs-a-person'
  | 'not-decided'
  | 'not-connected'
  | 'switched-off'

export const HIDDEN_BECAUSE: Record<HiddenBecause, string> = {
  'no-application':
    'no Access application of type mcp has the destination via_mcp_server_portal with this server',
  'no-policy': 'its Access application has no policy, so it admits nobody',
  refused: 'the policies of its Access application do not admit the caller',
  'not-ready': 'its catalogue has not been synced, or its last sync failed',
  'needs-a-person': 'on_behalf is on, and a service token is no person',
  'not-decided': 'it was added after the client connected',
  'not-connected': 'the person has not signed in to it',
  'switched-off': 'the client has switched it off',
}

/** Finds the Access application of a server. Portal: documented [MP31]. */
export function serverApplication<A extends Pick<Application, 'type' | 'destinations'>>(
  applications: readonly A[],
  serverId: string,
): A | undefined {
  return applications.find(
    ({ destinations, type }) =>
      type === 'mcp' &&
      destinations.some(
        (each) =>
          each.type === 'via_mcp_server_portal' &&
          'mcp_server_id' in each &&
          each.mcp_server_id === serverId,
      ),
  )
}

type Records = { applications: readonly Application[]; references: References }

/**
 * Returns whether the policies of a server's application admit a caller; undefined if it has no
 * application.
 *
 * Portal: documented [MP36]. MFA, purpose justification and temporary authentication are not enforced
 * for servers behind a portal.
 */
export function serverVerdict(
  { applications, references }: Records,
  serverId: string,
  subject: Subject,
): Verdict | undefined {
  const application = serverApplication(applications, serverId)
  return application && evaluate(application.policies, subject, references)
}

/** Decides about each server of a portal for a person who authorizes a client. */
export function decidedServers(
  records: Records & { mcpServers: readonly McpServer[] },
  portal: McpPortal,
  subject: Subject,
): { mapped: Mapped; because?: Refusal }[] {
  return mappedServers(portal, records.mcpServers).map((mapped) => {
    const { id } = mapped.server
    const verdict = serverVerdict(records, id, subject)
    if (verdict && verdict.decision !== 'deny') return { mapped }
    return { mapped, because: refusalOf(records.applications, id) }
  })
}

type Refusal = 'no-application' | 'no-policy' | 'refused'

// Returns the reason why the policies of a server do not admit a caller.
function refusalOf(applications: readonly Application[], serverId: string): Refusal {
  const application = serverApplication(applications, serverId)
  if (!application) return 'no-application'
  return application.policies.length === 0 ? 'no-policy' : 'refused'
}

/**
 * Returns whether a person has to sign in to a server. A client that an administrator configured is never
 * shared.
 *
 * Portal: documented [MP73]. Assumed: nobody signs in to a server without OAuth.
 */
export function needsPerson({ mapping, server: { credential } }: Mapped): boolean {
  if (credential.kind !== 'oauth') return false
  return mapping.on_behalf || credential.mode === 'manual'
}

/**
 * Returns whether the catalogue of a server is shown.
 *
 * Portal: documented [MP59]. A stale administrator's grant does not matter if people sign in themselves.
 */
export function isUsable(mapped: Mapped): boolean {
  const { status } = mapped.server
  return status === 'ready' || (status !== 'error' && needsPerson(mapped))
}

/** A caller whom Access has admitted to the portal. */
export type Caller = {
  subject: Subject
  /** The decisions at the authorization of a person's grant; undefined for a service token. */
  decided?: Readonly<Record<string, boolean>> | undefined
  /** The servers that the person has signed in to. */
  connected: ReadonlySet<string>
  toggles: Readonly<Record<string, boolean>>
}

/** A server of a portal as a caller sees it, or why not. */
export type Seen = Mapped & { because?: HiddenBecause }

/** Returns every server of a portal, with the reason if the caller does not see its tools. */
export function seenServers(
  records: Records & { mcpServers: readonly McpServer[] },
  portal: McpPortal,
  caller: Caller,
): Seen[] {
  return mappedServers(portal, records.mcpServers).map((mapped) => {
    const because = hiddenBecause(records, mapped, caller)
    return { ...mapped, ...(because && { because }) }
  })
}

/** Returns the tools or prompts of the servers that a caller sees. */
export function exposedTo(seen: readonly Seen[], capability: Capability): Exposed[] {
  const visible = new Set(
    seen.filter(({ because }) => because === undefined).map(({ server }) => server.id),
  )
  return exposedBy(seen, capability).filter(({ server }) => visible.has(server.id))
}

// A person is decided about once, at the authorization [MP32]. A service token is decided about at each
// request, because it has no grant [MP35].
function hiddenBecause(
  records: Records,
  mapped: Mapped,
  { connected, decided, subject, toggles }: Caller,
): HiddenBecause | undefined {
  const { mapping, server } = mapped
  if (decided) {
    // An id may be that of a member of every object, such as `constructor`.
    if (!Object.hasOwn(decided, server.id)) return 'not-decided'
    if (!decided[server.id]) return refusalOf(records.applications, server.id)
  } else {
    const verdict = serverVerdict(records, server.id, subject)
    if (!verdict || verdict.decision === 'deny') return refusalOf(records.applications, server.id)
    if (mapping.on_behalf || needsPerson(mapped)) return 'needs-a-person'
  }
  if (!isUsable(mapped)) return 'not-ready'
  if (needsPerson(mapped) && !connected.has(server.id)) return 'not-connected'
  return toggles[server.id] === false ? 'switched-off' : undefined
}
