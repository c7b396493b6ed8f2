import type { Remote } from '../../remote'
import type { Connection } from '../connections'
import type { EmulatorObject } from '../object'

/** The applications that people have authorized at the dashboard, as requests see them. */
export class ConnectionCalls {
  constructor(private readonly object: () => Remote<EmulatorObject>) {}

  /** Adds an application of a person until its grant ends. */
  async add(email: string, connection: Connection, endsAtSeconds: number): Promise<void> {
    await this.object().addConnection(email, connection, endsAtSeconds)
  }

  /** Removes the application that has this grant, if there is one. */
  async remove(grantId: string): Promise<void> {
    await this.object().removeConnection(grantId)
  }

  /** Returns the applications of a person, the latest first. */
  async of(email: string): Promise<Connection[]> {
    return this.object().connections(email)
  }
}
