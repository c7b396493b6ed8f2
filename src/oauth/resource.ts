import { OAuthError } from './errors'
import { hasUriCharacters, hasUserInformation } from './redirect-uri'

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
  if (hasUserInformation(text, url)) {
    throw new OAuthError('invalid_target', 'resource must not have user information')
  }
  // A URL parser repairs what RFC 3986 does not allow: white space, a backslash, a missing slash.
  if (!hasUriCharacters(text) || !/^https?:\/\/[^/]/i.test(text)) {
    throw new OAuthError('invalid_target', 'resource is not a URI of RFC 3986')
  }
  return url
}
