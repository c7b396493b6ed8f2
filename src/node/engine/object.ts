import { Alarm } from './alarm.ts'
import { copyOf } from './copy.ts'
import type { DurableObject } from './durable-object.ts'
import { ObjectDatabase } from './object-database.ts'
import { ObjectStorage } from './storage.ts'

// Not imported: that would read every property of `process`, standard input too, in 3 ms. Kept, because a test may
// replace it.
const { nextTick } = process

export type ObjectClass = new (ctx: never, env: never) => DurableObject
export type Host = {
  env: object
  waitUntil(promise: Promise<unknown>): void
}

/**
 * One Durable Object: its instance, created when it is first needed, and its storage.
 *
 * Calls arrive one by one, in the order in which they were made. Each runs until it waits for something
 * outside the object: no other call runs between a query of the storage and its result. In workerd,
 * digests and keys are computed without such a wait; here another call can run meanwhile.
 */
export class ObjectHome {
  readonly #calls: (() => void)[] = []
  readonly #database: ObjectDatabase
  readonly alarm: Alarm
  #instance: DurableObject | undefined
  #isInTurn = false
  #running = 0

  constructor(
    private readonly Class: ObjectClass,
    private readonly name: string,
    file: string | undefined,
    private readonly host: Host,
    private readonly onEmpty: () => void,
  ) {
    // After a failed commit, the instance and the alarm may remember what was not written.
    const forget = () => {
      this.#instance = undefined
      this.alarm.forget()
    }
    this.#database = new ObjectDatabase(name, file, forget)
    this.alarm = new Alarm(this.#database, (info) => this.#ring(info))
  }

  /** Reads the alarm that was set before the process ended. */
  wake(): void {
    void this.#database.statements
    this.alarm.schedule()
  }

  /** Calls a method of the object, with copies of the arguments, and returns a copy of the result. */
  async call(method: string, given: unknown[]): Promise<unknown> {
    const copies = given.map(copyOf)
    try {
      return copyOf(await this.#run(() => this.#invoke(method, copies)))
    } catch (error) {
      throw crossing(error)
    }
  }

  close(): void {
    this.alarm.close()
    this.#database.close()
  }

  /** Runs `act` in its turn. */
  async #run<T>(act: () => T | Promise<T>): Promise<T> {
    this.#running++
    try {
      const result = await new Promise<T>((resolve, reject) => {
        this.#calls.push(() => {
          try {
            resolve(act())
          } catch (error) {
            reject(error)
          }
        })
        this.#pump()
      })
      this.#database.requireCommitted()
      return result
    } finally {
      this.#running--
      this.#leave()
    }
  }

  #pump(): void {
    if (this.#isInTurn) return
    const next = this.#calls.shift()
    if (!next) return
    this.#isInTurn = true
    next()
    // A tick that a microtask schedules runs after all other microtasks.
    queueMicrotask(() =>
      nextTick(() => {
        this.#isInTurn = false
        this.#pump()
      }),
    )
  }

  #invoke(method: string, given: unknown[]): unknown {
    const instance = this.#object()
    const member: unknown = Object.hasOwn(instance, method)
      ? undefined
      : Reflect.get(instance, method)
    if (typeof member === 'function') return Reflect.apply(member, instance, given)
    throw new TypeError(`The RPC receiver does not implement the method "${method}".`)
  }

  #object(): DurableObject {
    if (this.#instance) return this.#instance
    const { env, waitUntil } = this.host
    const ctx = {
      id: { name: this.name, toString: () => this.name },
      storage: new ObjectStorage(this.#database, this.alarm),
      waitUntil,
    }
    this.#instance = new this.Class(ctx as never, env as never)
    return this.#instance
  }

  async #ring(info: object): Promise<boolean> {
    try {
      await this.#run(() => this.#invoke('alarm', [info]))
      return true
    } catch (error) {
      this.host.waitUntil(Promise.reject(error))
      return false
    }
  }

  // An object that has deleted its storage is forgotten.
  #leave(): void {
    if (this.#running > 0 || this.#database.isOpen || !this.#database.wasDeleted) return
    this.alarm.close()
    this.onEmpty()
  }
}

// An error keeps its type, its message and its own members.
function crossing(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return Object.assign(new Error(String(thrown)), { remote: true })
  const copy = structuredClone(thrown)
  const own = Object.entries(thrown).filter(([, value]) => typeof value !== 'function')
  return Object.assign(copy, Object.fromEntries(own.map(([name, each]) => [name, copyOf(each)])), {
    remote: true,
  })
}
