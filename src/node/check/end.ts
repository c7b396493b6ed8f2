import type { Limits } from './options.ts'
import type { Ending } from './run.ts'
import type { Watch } from './watch.ts'

const POLL_INTERVAL_MS = 50

/**
 * Waits until a run of the client has ended by itself, has sent no request for `idle` seconds, or has
 * reached the limit.
 */
export async function endOf(
  finished: Promise<Pick<Ending, 'status'>>,
  watch: Watch,
  { limit, idle }: Limits,
): Promise<Ending> {
  const start = Date.now()
  const seconds = () => Math.round((Date.now() - start) / 100) / 10
  let timer: NodeJS.Timeout | undefined
  const stopped = new Promise<'idle' | 'limit'>((resolve) => {
    timer = setInterval(() => {
      // Requests of an earlier run do not count.
      const idleMs = Math.min(watch.idleMs(), Date.now() - start)
      if (idleMs >= idle * 1000 && watch.hasRequestSince(start)) resolve('idle')
      else if (Date.now() - start >= limit * 1000) resolve('limit')
    }, POLL_INTERVAL_MS)
  })
  try {
    return await Promise.race([
      finished.then(({ status }) => ({
        how: 'exit' as const,
        seconds: seconds(),
        ...(status !== undefined && { status }),
      })),
      stopped.then((how) => ({ how, seconds: seconds() })),
    ])
  } finally {
    clearInterval(timer)
  }
}
