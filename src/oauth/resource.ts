import { OAuthError } from './errors'

/**
 * The `resource` parameter as a URL; its `href` is the normalised form (`https://host` becomes
 * `https://host/`).
 *
 * @throws OAuthError `invalid_target` where it is no absolute http(s) URI or has a fragment
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

/** Describes what a `resource` has become that was not sent in its normal form [P24]; else empty. */
export function resourceNote(sent: string | undefined, resource: string): string {
  return sent === undefined || sent === resource
    ? ''
    : `The resource is ${resource} from now on, in normal form; clients that compare it byte by byte with ${sent} refuse it (P24).`
}
