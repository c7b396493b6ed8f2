import type { Remote } from '../../remote'
import type { DirectorySession, DirectoryUser } from '../directory'
import type { EmulatorObject } from '../object'
import type { EmulatorState } from '../state'

/** The directory as requests see it. It follows from events, so the waiting ones are recorded before. */
export class DirectoryCalls {
  constructor(
    private readonly object: () => Remote<EmulatorObject>,
    private readonly handOver: () => Promise<void>,
    private readonly remember: (state: EmulatorState) => void,
  ) {}

  /** Returns everyone who signed in or was created as a user. */
  async users(): Promise<DirectoryUser[]> {
    await this.handOver()
    return this.object().users()
  }

  async putUser(email: string, name: string): Promise<void> {
    await this.handOver()
    await this.object().putUser(email, name)
  }

  /** Deletes a user and revokes everything of theirs. */
  async deleteUser(email: string): Promise<void> {
    await this.handOver()
    this.remember(await this.object().deleteUser(email))
  }

  /** Returns the sign-ins that have not expired: all, or those of one person or one kind of holder. */
  async sessions(email?: string, holder?: DirectorySession['holder']): Promise<DirectorySession[]> {
    await this.handOver()
    return this.object().sessions(email, holder)
  }

  /** Returns when each service token was last admitted, in seconds, by its id. */
  async tokenUses(): Promise<Record<string, number>> {
    await this.handOver()
    return this.object().tokenUses()
  }
}
