import { decodeUtf8 } from './encoding'
import { OAuthError } from './errors'

/** The longest value that one parameter may have, in characters. */
export const PARAMETER_LIMIT = 8192

const REPEATED = 'is given more than once'

/** The largest body that the OAuth endpoints read, in bytes. */
export const BODY_LIMIT_BYTES = 64 * 1024

/**
 * The parameters of one request, read once. A parameter that may not be used (repeated, too long,
 * control characters) is only refused when it is asked for, or by `refuseFaults`, because at the
 * authorization endpoint it depends on the parameter whether the refusal may be redirected.
 */
export class Parameters {
  readonly #values = new Map<string, string>()
  readonly #faults = new Map<string, string>()

  constructor(pairs: URLSearchParams) {
    for (const [name, value] of pairs) {
      const fault = this.#values.has(name) ? REPEATED : faultOf(value)
      if (fault) this.#faults.set(name, fault)
      this.#values.set(name, this.#values.get(name) || value)
    }
  }

  /** Whether the parameter has a value, usable or not. */
  has(name: string): boolean {
    return Boolean(this.#values.get(name))
  }

  /** The value, or undefined where it is absent or empty (RFC 6749 3.1: empty counts as omitted). */
  get(name: string): string | undefined {
    const fault = this.#faults.get(name)
    if (fault) throw refusal(name, fault)
    return this.#values.get(name) || undefined
  }

  /** The value; throws `invalid_request` that names the parameter where it is absent. */
  require(name: string): string {
    const value = this.get(name)
    if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`)
    return value
  }

  /** Throws for the first parameter that may not be used, known to us or not. */
  refuseFaults(): void {
    for (const [name, fault] of this.#faults) throw refusal(name, fault)
  }
}

/**
 * The parameters of a form body.
 *
 * @param contentType the request's Content-Type; anything but a form is refused
 * @param body the raw bytes
 * @throws OAuthError `invalid_request`; `invalid_target` where `resource` is repeated
 */
export function formParameters(contentType: string | undefined, body: ArrayBuffer): Parameters {
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new OAuthError(
      'invalid_request',
      'Content-Type must be application/x-www-form-urlencoded',
    )
  }
  const parameters = new Parameters(new URLSearchParams(bodyText(body)))
  parameters.refuseFaults()
  return parameters
}

/**
 * The text of a body.
 *
 * @throws OAuthError `invalid_request` where the bytes are not UTF-8
 */
export function bodyText(body: ArrayBuffer): string {
  try {
    return decodeUtf8(body)
  } catch {
    throw new OAuthError('invalid_request', 'the body is not valid UTF-8')
  }
}

function refusal(name: string, fault: string): OAuthError {
  // RFC 8707 2 lets a request name several resources, and a server refuse so what it does not know to
  // do. Assumed: Access undocumented; its grants have one.
  if (name === 'resource' && fault === REPEATED) {
    return new OAuthError('invalid_target', `${name} ${fault}`, {
      hint: {
        rule: 'RFC 8707 2',
        why: 'The request names more than one resource; a grant is for one application.',
        change: 'Send one resource, and authorize for each application by itself.',
      },
    })
  }
  return new OAuthError('invalid_request', `${name.slice(0, 100)} ${fault}`)
}

function faultOf(value: string): string | undefined {
  if (value.length > PARAMETER_LIMIT) return `is longer than ${PARAMETER_LIMIT} characters`
  // RFC 6749 appendix A: no parameter's grammar allows control characters.
  if (/\p{Cc}/u.test(value)) return 'contains control characters'
  // URLSearchParams turns bytes that are not UTF-8 into U+FFFD.
  if (value.includes('\ufffd')) return 'is not valid UTF-8'
  return undefined
}
