import type { Remote } from '../../remote'
import type { EmulatorObject } from '../object'
import type { PortalHolders, PortalSession, PortalState, PortalStateKind } from '../portal-state'

/** The states of MCP portals as requests see them. */
export class PortalCalls {
  constructor(private readonly object: () => Remote<EmulatorObject>) {}

  /** Finds a state that has not ended. */
  async find<K extends PortalStateKind>(kind: K, id: string): Promise<PortalState<K> | undefined> {
    // The types of a call cannot express that the kind decides the value.
    return this.object().portalState(kind, id) as Promise<PortalState<K> | undefined>
  }

  /** Stores a state until it ends or its owner does. */
  async put<K extends PortalStateKind>(
    kind: K,
    id: string,
    owner: string,
    endsAtSeconds: number,
    value: PortalState<K>,
  ): Promise<void> {
    await this.object().putPortalState(kind, id, owner, endsAtSeconds, value)
  }

  /** Returns a state and deletes it: only one caller receives it. */
  async take<K extends PortalStateKind>(kind: K, id: string): Promise<PortalState<K> | undefined> {
    return this.object().takePortalState(kind, id) as Promise<PortalState<K> | undefined>
  }

  /** Merges members into a session or grant. Of several simultaneous changes, none is lost. */
  async merge<K extends 'session' | 'grant'>(
    kind: K,
    id: string,
    changes: Partial<PortalState<K>>,
  ): Promise<PortalState<K> | undefined> {
    return this.object().mergePortalState(kind, id, changes) as Promise<PortalState<K> | undefined>
  }

  async remove(kind: PortalStateKind, id: string): Promise<void> {
    await this.object().removePortalState(kind, id)
  }

  /** Returns the session of this holder, which then ends `idleSeconds` later. */
  async useSession(
    id: string,
    holder: string,
    idleSeconds: number,
  ): Promise<PortalSession | undefined> {
    return this.object().usePortalSession(id, holder, idleSeconds)
  }

  /** Returns the grants and sessions of a portal that have not ended, the oldest first. */
  async holders(portalId: string): Promise<PortalHolders> {
    return this.object().portalHolders(portalId)
  }

  /** Deletes every state of a grant or service token. */
  async removeOwned(owner: string): Promise<void> {
    await this.object().removePortalStatesOf(owner)
  }
}
