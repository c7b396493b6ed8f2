/**
 * A bounded cache of values that this isolate has read or computed and that never change. At its limit
 * it drops everything, which costs less than keeping an order. Secrets are never its keys.
 */
export class Remembered<K, V> {
  readonly #values = new Map<K, V>()

  constructor(private readonly limit: number) {}

  get(key: K): V | undefined {
    return this.#values.get(key)
  }

  set(key: K, value: V): V {
    if (this.#values.size >= this.limit) this.#values.clear()
    this.#values.set(key, value)
    return value
  }

  delete(key: K): void {
    this.#values.delete(key)
  }
}
