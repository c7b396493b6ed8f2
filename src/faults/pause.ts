import { durationMilliseconds } from '../access/duration'

/** Waits for a duration of real time. */
export async function pause(delay: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, durationMilliseconds(delay)))
}
