import type { AppContext } from '../../request/context'

/**
 * Returns the title of the login page.
 *
 * Access: observed [A16]. Not like Access on another host than this machine: no copy on the internet may
 * look like the real page.
 */
export function loginTitle(c: AppContext): string {
  const title = 'Sign in ・ Cloudflare Access'
  return c.get('isLocal') ? title : `${title} (emulator)`
}
