/** The outcome of a refresh that another request has begun. */
export type OtherRefresh = 'renewed' | 'failed'

// Longer than the requests of a refresh may take. The Worker of a request may end before it ends its refresh.
const MOST_MS = 150_000

/**
 * The refreshes of grants at servers that are under way: at most one of a grant. A server may revoke a grant whose
 * refresh token is used twice.
 *
 * They are in memory only: the timer of one that is under way keeps the object there.
 */
export class Refreshes {
  readonly #underWay = new Map<string, PromiseWithResolvers<OtherRefresh>>()

  /** Begins the refresh of a grant, or waits for the outcome of the one that is under way. */
  async begin(grant: string): Promise<'begun' | OtherRefresh> {
    const other = this.#underWay.get(grant)
    if (other) return other.promise
    const refresh = Promise.withResolvers<OtherRefresh>()
    this.#underWay.set(grant, refresh)
    const timer = setTimeout(() => this.end(grant, 'failed'), MOST_MS)
    void refresh.promise.finally(() => clearTimeout(timer))
    return 'begun'
  }

  end(grant: string, outcome: OtherRefresh): void {
    this.#underWay.get(grant)?.resolve(outcome)
    this.#underWay.delete(grant)
  }
}
