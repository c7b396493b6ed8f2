import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Host, type ObjectClass, ObjectHome } from './object.ts'

/** The Durable Objects of one class, one for each name. */
export class ObjectNamespace {
  readonly #homes = new Map<string, ObjectHome>()
  #isClosed = false

  /** @param folder the folder of their databases; undefined for databases in memory */
  constructor(
    private readonly Class: ObjectClass,
    private readonly host: Host,
    private readonly folder: string | undefined,
  ) {}

  /** Returns a stub with the object's methods. Not like workerd: it has no `fetch`. */
  getByName(name: string): object {
    return new Proxy(this, {
      // `await` would take an object with a method `then` for a promise.
      get: (_, method) =>
        typeof method === 'symbol' || method === 'then'
          ? undefined
          : (...given: unknown[]) => this.#call(name, method, given),
    })
  }

  /** Creates the object of a name, so that its alarm rings when it is due. */
  wake(name: string): void {
    this.#home(name).wake()
  }

  /** Returns the names of the objects that exist. */
  names(): string[] {
    return [...this.#homes.keys()]
  }

  /** Rings an object's alarm at once if it is set, and returns whether it was. */
  async ring(name: string): Promise<boolean> {
    return (await this.#homes.get(name)?.alarm.ringNow()) ?? false
  }

  close(): void {
    this.#isClosed = true
    for (const home of this.#homes.values()) home.close()
    this.#homes.clear()
  }

  async #call(name: string, method: string, given: unknown[]): Promise<unknown> {
    if (this.#isClosed) throw new Error('The emulator is closed')
    return this.#home(name).call(method, given)
  }

  #home(name: string): ObjectHome {
    const known = this.#homes.get(name)
    if (known) return known
    const home: ObjectHome = new ObjectHome(this.Class, name, this.#fileOf(name), this.host, () => {
      if (this.#homes.get(name) === home) this.#homes.delete(name)
    })
    this.#homes.set(name, home)
    return home
  }

  // Hashed, because some file systems ignore case in names.
  #fileOf(name: string): string | undefined {
    if (this.folder === undefined) return undefined
    return join(this.folder, `${createHash('sha256').update(name).digest('hex')}.sqlite`)
  }
}
