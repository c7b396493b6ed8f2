import * as z from 'zod'
import { secondsSchema } from '../../access/timestamps'
import { upstreamTokensSchema } from '../../mcp/credential'

const text = z.string()
const toggles = z.record(text, z.boolean())

/** The state that a portal stores: sessions, grants and toggles of its clients. */
const portalSchemas = {
  /** A session of the 2025 revisions. It ends after 24 hours without a request [MP60]. */
  session: z.object({
    portalId: text,
    /** The grant, or `service:` and the id of the service token. Nobody else can use the session. */
    holder: text,
    protocolVersion: text,
    /** The ways in which the client can ask its person. */
    elicitation: z.object({ url: z.boolean(), form: z.boolean() }),
    toggles,
    /** The least severe log messages that the client wants. */
    logLevel: text.optional(),
    /** The last elicitation that its person has completed on the page of servers. */
    completed: text.optional(),
  }),
  /** The state of a grant or of a service token. */
  grant: z.object({
    portalId: text,
    email: text.optional(),
    /** Whether the policies admitted the person to each server when it was asked first [MP32]. */
    decided: z.record(text, z.boolean()),
    /** The switches of clients without sessions. */
    toggles,
    /** The person's tokens at the servers. */
    connections: z.record(text, upstreamTokensSchema),
  }),
  /** A page for a person to choose servers on, which a client was given the address of [MP50]. */
  elicitation: z.object({
    portalId: text,
    grantId: text,
    email: text,
    sessionId: text.optional(),
    /** The origin and the path of the portal, as the client reaches it. */
    at: text,
  }),
  /** A request of the portal to the client of a session, and the action with which the client responded. */
  question: z.object({ action: text.optional() }),
  /** An authorization of a person at a server that has not ended. */
  'upstream-flow': z.looseObject({ portalId: text, serverId: text, holder: text }),
  /** An authorization of an administrator at a server that has not ended. */
  'admin-flow': z.looseObject({ serverId: text }),
}

/** The kinds of a portal's states. */
export type PortalStateKind = keyof typeof portalSchemas
export type PortalState<K extends PortalStateKind> = z.infer<(typeof portalSchemas)[K]>
export type PortalSession = PortalState<'session'>
export type PortalGrant = PortalState<'grant'>

/** The grants of a portal, and its sessions, each of which belongs to a grant. */
export type PortalHolders = {
  grants: { id: string; grant: PortalGrant }[]
  sessions: PortalSession[]
}

const PORTAL_STATE_KINDS = Object.keys(portalSchemas) as [PortalStateKind, ...PortalStateKind[]]

/** The schema of a row, for a loaded snapshot. */
export const portalStateRowSchema = z
  .strictObject({
    kind: z.enum(PORTAL_STATE_KINDS),
    id: text,
    owner: text,
    endsAtSeconds: secondsSchema,
    value: text,
  })
  .refine(({ kind, value }) => {
    try {
      return portalSchemas[kind].safeParse(JSON.parse(value)).success
    } catch {
      return false
    }
  }, 'expected the JSON of a state of this kind')
