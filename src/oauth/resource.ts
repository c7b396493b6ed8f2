import { OAuthError } from './errors'

/**
 * Parses the `resource` parameter. The `href` of the result is its normalized form: `https://host`
 * becomes `https://host/`.
 *
 * @throws OAuthError `invalid_target` if it is not an absolute http or https URI, or has a fragment or
 *   user information
 * @see https://www.rfc-editor.org/rfc/rfc8707#section-2
 */
export function parseResource(text: string): URL {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new OAuthError('invalid_target', 'resource must be an absolute http or https URI')
  }
  if (text.includes('#')) {
    throw new OAuthError('invalid_target', 'resource must not have a fragment')
  }
  if (url.username || url.password) {
    throw new OAuthError('invalid_target', 'resource must not have user information')
  }
  return url
}
