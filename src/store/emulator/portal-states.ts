import * as z from 'zod'
import { secondsSchema } from '../../access/timestamps'
import { isObject } from '../../access/unknown-members'
import { upstreamTokensSchema } from '../../mcp/credential'

const text = z.string()
const toggles = z.record(text, z.boolean())

/** The state that a portal stores: sessions, grants and toggles of its clients. */
export const portalSchemas = {
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

const TABLES = `
CREATE TABLE IF NOT EXISTS portal_state (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  owner TEXT NOT NULL,
  endsAtSeconds INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS portal_state_owner ON portal_state (owner);
CREATE INDEX IF NOT EXISTS portal_state_end ON portal_state (endsAtSeconds);`

/**
 * The states of portals: sessions, grants, elicitations and unfinished authorizations. Each has an owner,
 * with whom all of them end: a grant, or a service token.
 */
export class PortalStates {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLES)
  }

  find<K extends PortalStateKind>(kind: K, id: string, now: number): PortalState<K> | undefined {
    const [row] = this.sql.exec<{ value: string }>(
      'SELECT value FROM portal_state WHERE kind = ? AND id = ? AND endsAtSeconds > ?',
      kind,
      id,
      now,
    )
    return row && JSON.parse(row.value)
  }

  put<K extends PortalStateKind>(
    kind: K,
    id: string,
    owner: string,
    endsAtSeconds: number,
    value: PortalState<K>,
  ): void {
    this.sql.exec(
      `INSERT INTO portal_state VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET owner = excluded.owner, endsAtSeconds = excluded.endsAtSeconds, value = excluded.value`,
      kind,
      id,
      owner,
      endsAtSeconds,
      JSON.stringify(value),
    )
  }

  /** Returns a state and deletes it, so that of several calls one gets it. */
  take<K extends PortalStateKind>(kind: K, id: string, now: number): PortalState<K> | undefined {
    const found = this.find(kind, id, now)
    this.remove(kind, id)
    return found
  }

  /** Returns the session of this holder, and moves its end. */
  useSession(
    id: string,
    holder: string,
    now: number,
    endsAtSeconds: number,
  ): PortalSession | undefined {
    const session = this.find('session', id, now)
    if (session?.holder !== holder) return undefined
    this.sql.exec(
      "UPDATE portal_state SET endsAtSeconds = ? WHERE kind = 'session' AND id = ?",
      endsAtSeconds,
      id,
    )
    return session
  }

  /** Merges members into a session or a grant, and into their records of servers. */
  merge<K extends 'session' | 'grant'>(
    kind: K,
    id: string,
    now: number,
    changes: Partial<PortalState<K>>,
  ): PortalState<K> | undefined {
    const found = this.find(kind, id, now)
    if (!found) return undefined
    const merged = Object.fromEntries(
      Object.entries(changes).map(([name, value]) => {
        const old = (found as Record<string, unknown>)[name]
        return [name, isObject(old) && isObject(value) ? { ...old, ...value } : value]
      }),
    )
    const whole = { ...found, ...merged }
    this.sql.exec(
      'UPDATE portal_state SET value = ? WHERE kind = ? AND id = ?',
      JSON.stringify(whole),
      kind,
      id,
    )
    return whole
  }

  remove(kind: PortalStateKind, id: string): void {
    this.sql.exec('DELETE FROM portal_state WHERE kind = ? AND id = ?', kind, id)
  }

  /** Returns the grants and sessions of a portal that have not ended, the oldest first. */
  holders(portalId: string, now: number): PortalHolders {
    const rows = this.sql.exec<{ kind: 'grant' | 'session'; id: string; value: string }>(
      `SELECT kind, id, value FROM portal_state
       WHERE kind IN ('grant', 'session') AND endsAtSeconds > ? ORDER BY rowid`,
      now,
    )
    const all = [...rows].map(({ value, ...rest }) => ({ ...rest, value: JSON.parse(value) }))
    const own = all.filter(({ value }) => value.portalId === portalId)
    return {
      grants: own
        .filter(({ kind }) => kind === 'grant')
        .map(({ id, value }) => ({ id, grant: value })),
      sessions: own.filter(({ kind }) => kind === 'session').map(({ value }) => value),
    }
  }

  /** Deletes everything of an owner. */
  removeOwned(owner: string): void {
    this.sql.exec('DELETE FROM portal_state WHERE owner = ?', owner)
  }

  /** Deletes what has expired. */
  collect(now: number): void {
    this.sql.exec('DELETE FROM portal_state WHERE endsAtSeconds <= ?', now)
  }

  isEmpty(): boolean {
    return [...this.sql.exec('SELECT 1 FROM portal_state LIMIT 1')].length === 0
  }

  reset(): void {
    this.sql.exec('DELETE FROM portal_state')
  }
}
