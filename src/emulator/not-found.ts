import { OAuthError } from '../oauth/errors'

/** What the control has none of; where there are names to choose from, they are said. */
export function notFound(what: string, names: readonly string[] = []): OAuthError {
  const known = names.length > 0 ? `; there are ${names.join(', ')}` : ''
  return new OAuthError('not_found', `There is no ${what.slice(0, 100)}${known}`, { status: 404 })
}
