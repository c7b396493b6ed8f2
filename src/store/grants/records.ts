import { Records } from '../kv'
import { StorageUnavailable } from '../unavailable'
import type { Grant } from './grant'

const RETRY_AFTER_MS = [100, 1000, 5000]
// The most that KV lists at once.
const IDS_AT_ONCE = 1000

/**
 * The KV records of grants. Each is written once; it lists the grant and says what its tokens permit. No
 * decision needs one, because the object has the grant too.
 */
export class GrantRecords<G extends Grant> extends Records<G> {
  /** Returns the record; undefined if KV does not have it here yet, or does not respond. */
  async findIfAvailable(grantId: string): Promise<G | undefined> {
    return this.find(grantId).catch(unlessUnavailable)
  }

  /** Writes the record of a grant until its session ends, and retries if KV does not respond. */
  async keep(grant: G, now: number): Promise<void> {
    for (const pauseMs of [...RETRY_AFTER_MS, undefined]) {
      try {
        return await this.put(grant.id, grant, {
          fromSeconds: now,
          seconds: grant.sessionEndsAtSeconds - now,
        })
      } catch (error) {
        if (pauseMs === undefined) throw error
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  /** Yields the id of every grant that is listed. */
  async *ids(): AsyncGenerator<string> {
    let cursor: string | undefined
    do {
      const page = await this.list(IDS_AT_ONCE, cursor)
      yield* page.ids
      cursor = page.cursor
    } while (cursor)
  }
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof StorageUnavailable)) throw error
}
