import { DurableObject } from 'cloudflare:workers'
import { STORAGE } from './storage-rules'

class OwnError extends Error {
  override name = 'OwnError'
  code = 7
}

/** A Durable Object that shows what its engine does. */
export class Probe extends DurableObject {
  #steps: string[] = []

  /** The steps so far, in order. */
  steps(): string[] {
    return this.#steps
  }

  step(name: string): number {
    return this.#steps.push(name)
  }

  async stepsAroundStorage(name: string): Promise<void> {
    this.step(`${name}1`)
    await this.ctx.storage.getAlarm()
    this.step(`${name}2`)
    await this.ctx.storage.setAlarm(Date.now() + 1e9)
    this.step(`${name}3`)
  }

  async stepsAroundMicrotasks(name: string): Promise<void> {
    this.step(`${name}1`)
    for (let left = 5; left > 0; left--) await null
    this.step(`${name}2`)
  }

  async stepsAroundTimer(name: string): Promise<void> {
    this.step(`${name}1`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    this.step(`${name}2`)
  }

  echo<T>(value: T): T {
    return value
  }

  row(): Record<string, SqlStorageValue> {
    return this.ctx.storage.sql.exec("SELECT 1 AS one, 'two' AS text").one()
  }

  throwOwn(): void {
    throw new OwnError('mine')
  }

  throwType(): void {
    throw new TypeError('a type')
  }

  throwText(): void {
    throw 'a text'
  }

  /** Runs a rule about storage inside the object. */
  async storageRule(title: string): Promise<unknown> {
    return STORAGE.find((rule) => rule.title === title)?.run(this.ctx.storage)
  }

  /** Returns the rows of the table, and creates the table if it does not exist. */
  written(): unknown[] {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS written (x INTEGER)')
    return [...sql.exec('SELECT x FROM written')].map(({ x }) => x)
  }

  writeThenThrow(): void {
    this.written()
    this.ctx.storage.sql.exec('INSERT INTO written VALUES (1)')
    throw new Error('halfway')
  }

  deleteAll(): Promise<void> {
    return this.ctx.storage.deleteAll()
  }

  async ring(milliseconds: number, times = 1): Promise<void> {
    this.ctx.storage.kv.put('failures', times - 1)
    await this.ctx.storage.setAlarm(Date.now() + milliseconds)
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    const pending = await this.ctx.storage.getAlarm()
    this.step(`alarm ${pending} ${info?.retryCount}`)
    const failures = this.ctx.storage.kv.get<number>('failures') ?? 0
    if (failures === 0) return
    this.ctx.storage.kv.put('failures', failures - 1)
    throw new Error('an alarm that fails')
  }
}
