import type { AppContext } from '../env'

/** `GET /_emulator/events`: what happened, the latest last. */
export async function showEvents(c: AppContext): Promise<Response> {
  return c.json({ events: await c.var.emulator.events() })
}
