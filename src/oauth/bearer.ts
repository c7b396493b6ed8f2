/**
 * Returns the token of `Authorization: Bearer <token>`, or undefined if the header has no such
 * credential. The scheme is case-insensitive (RFC 9110 11.1).
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function bearerToken(authorization: string | null | undefined): string | undefined {
  return authorization?.match(/^bearer +(\S+) *$/i)?.[1]
}

/** Formats a `WWW-Authenticate` value with its parameters as quoted strings (RFC 9110 11.6.1). */
export function challenge(scheme: string, parameters: Record<string, string>): string {
  const quoted = Object.entries(parameters).map(
    ([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`,
  )
  return `${scheme} ${quoted.join(', ')}`
}
