import { createTables, GrantTables, isEmpty } from './tables'

const COLLECTED_EVERY_SECONDS = 6 * 3600

/**
 * The tables of one object, which each call enters by its epoch. The first call of a later epoch deletes the
 * grants of the earlier ones, and a call of an earlier epoch finds nothing. So a reset needs no new objects.
 */
export class EpochTables {
  #epoch = 0
  #entered: GrantTables | undefined
  #hasTables = false
  #collectedAtSeconds = 0

  constructor(private readonly storage: DurableObjectStorage) {}

  /** Returns the tables of an epoch, and begins it if it is a later one. Undefined if a later one has begun. */
  enter(epoch: number): GrantTables | undefined {
    if (epoch < this.#epoch) return undefined
    if (this.#entered && epoch === this.#epoch) return this.#entered
    const tables = new GrantTables(this.#sql, epoch)
    tables.deleteEarlier()
    this.#epoch = epoch
    this.#entered = tables
    return tables
  }

  /** Returns the tables of an epoch without beginning it. Undefined if a later one has begun. */
  ahead(epoch: number): GrantTables | undefined {
    return epoch < this.#epoch ? undefined : new GrantTables(this.#sql, epoch)
  }

  /** Collects every six hours of the emulated clock, which may be far ahead of the clock of alarms. */
  collectIfDue(tables: GrantTables, now: number): void {
    if (Math.abs(now - this.#collectedAtSeconds) >= COLLECTED_EVERY_SECONDS) {
      this.collect(tables, now)
    }
  }

  /** Deletes the grants that have ended by the emulated clock. */
  collect(tables: GrantTables, now: number): void {
    this.#collectedAtSeconds = now
    tables.collect(now)
  }

  /** Sets the alarm for the next collection, if none is set. */
  async collectLater(): Promise<void> {
    if ((await this.storage.getAlarm()) !== null) return
    await this.storage.setAlarm(Date.now() + COLLECTED_EVERY_SECONDS * 1000)
  }

  /** Deletes the storage of an object without grants. One with grants is collected again later. */
  async deleteIfEmpty(): Promise<void> {
    if (!isEmpty(this.#sql)) return this.collectLater()
    this.#entered = undefined
    this.#hasTables = false
    await this.storage.deleteAll()
  }

  // Creates the tables lazily, because an object without grants has deleted them.
  get #sql(): SqlStorage {
    const { sql } = this.storage
    if (!this.#hasTables) createTables(sql)
    this.#hasTables = true
    return sql
  }
}
