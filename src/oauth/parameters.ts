import { decodeUtf8 } from './encoding'
import { OAuthError } from './errors'

/** The maximum length of a parameter's value, in characters. */
export const PARAMETER_LIMIT = 8192

const REPEATED = 'is given more than once'

/** The maximum size of a body at the OAuth endpoints, in bytes. */
export const BODY_LIMIT_BYTES = 64 * 1024

/**
 * The parameters of one request. An unusable parameter (repeated, too long, control characters) is
 * rejected only by `get`, `require` or `rejectUnusable`: at the authorization endpoint, the parameter
 * decides whether the error may be redirected.
 */
export class Parameters {
  readonly #values = new Map<string, string>()
  readonly #problems = new Map<string, string>()

  constructor(pairs: URLSearchParams) {
    for (const [name, value] of pairs) {
      const problem = this.#values.has(name) ? REPEATED : problemOf(value)
      if (problem) this.#problems.set(name, problem)
      this.#values.set(name, this.#values.get(name) || value)
    }
  }

  /** Returns whether the parameter has a value, usable or not. */
  has(name: string): boolean {
    return Boolean(this.#values.get(name))
  }

  /** Returns the value, or undefined if it is absent or empty (RFC 6749 3.1). Throws if it is unusable. */
  get(name: string): string | undefined {
    const problem = this.#problems.get(name)
    if (problem) throw refusal(name, problem)
    return this.#values.get(name) || undefined
  }

  /** Returns the value. Throws `invalid_request` if it is absent. */
  require(name: string): string {
    const value = this.get(name)
    if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`)
    return value
  }

  /** Yields the name and value of each parameter, usable or not. */
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values.entries()
  }

  /** Throws for the first unusable parameter, whether or not the endpoint reads it. */
  rejectUnusable(): void {
    for (const [name, problem] of this.#problems) throw refusal(name, problem)
  }
}

/**
 * Reads the parameters of a form body.
 *
 * @param contentType the request's Content-Type, which has to be that of a form
 * @param body the raw bytes
 * @throws OAuthError `invalid_request`; `invalid_target` if `resource` is repeated
 */
export function formParameters(contentType: string | undefined, body: ArrayBuffer): Parameters {
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new OAuthError(
      'invalid_request',
      'Content-Type must be application/x-www-form-urlencoded',
    )
  }
  const parameters = new Parameters(new URLSearchParams(bodyText(body)))
  parameters.rejectUnusable()
  return parameters
}

/**
 * Decodes a body.
 *
 * @throws OAuthError `invalid_request` if the bytes are not UTF-8
 */
export function bodyText(body: ArrayBuffer): string {
  try {
    return decodeUtf8(body)
  } catch {
    throw new OAuthError('invalid_request', 'the body is not valid UTF-8')
  }
}

function refusal(name: string, problem: string): OAuthError {
  // RFC 8707 2 lets a request name several resources, and a server reject what it does not support.
  // Assumed: a grant of Access has one resource; Access documents nothing about several.
  if (name === 'resource' && problem === REPEATED) {
    return new OAuthError('invalid_target', `${name} ${problem}`, {
      hint: {
        rule: 'RFC 8707 2',
        why: 'The request names more than one resource; a grant is for one application.',
        change: 'Send one resource. Authorize for each application separately.',
      },
    })
  }
  return new OAuthError('invalid_request', `${name.slice(0, 100)} ${problem}`)
}

function problemOf(value: string): string | undefined {
  if (value.length > PARAMETER_LIMIT) return `is longer than ${PARAMETER_LIMIT} characters`
  // RFC 6749 appendix A: no parameter's grammar allows control characters.
  if (/\p{Cc}/u.test(value)) return 'contains control characters'
  // URLSearchParams replaces bytes that are not UTF-8 with U+FFFD.
  if (value.includes('\ufffd')) return 'is not valid UTF-8'
  return undefined
}
