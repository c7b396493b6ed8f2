/**
 * The token of `Authorization: Bearer <token>`, or undefined where there is no such credential.
 *
 * The scheme is read without regard to case (RFC 9110 11.1); the token is whatever follows.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function bearerToken(authorization: string | null | undefined): string | undefined {
  return authorization?.match(/^bearer +(\S+) *$/i)?.[1]
}

/** A `WWW-Authenticate` value: the scheme and its parameters as quoted strings (RFC 9110 11.6.1). */
export function challenge(scheme: string, parameters: Record<string, string>): string {
  const quoted = Object.entries(parameters).map(
    ([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`,
  )
  return `${scheme} ${quoted.join(', ')}`
}
