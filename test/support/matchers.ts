import { expect } from 'vitest'
import { REDIRECT_URI, redirectOf } from './client'

/** A response, or the promise of one. */
type Responding = Response | Promise<Response>
type Text = string | RegExp

declare module 'vitest' {
  interface Matchers<R, T> {
    /**
     * Expects an OAuth error as JSON (RFC 6749 5.2) that reveals no internals. The status is 401
     * for `invalid_client` and 400 otherwise, unless it is given.
     */
    toBeRefused(error: string, description?: Text, status?: number): Promise<void>
    /**
     * Expects a redirect with the error, its description and the state, and nothing else; a
     * state of null stands for a redirect without one.
     */
    toRedirectWithError(
      error: string,
      description?: Text,
      expected?: { to?: string; state?: string | null },
    ): Promise<void>
    /**
     * Expects that the gate admitted the request; with `not`, that it responded with the Bearer
     * challenge. Any other response, such as a 500, satisfies neither.
     */
    toBeAdmitted(): Promise<void>
  }
}

expect.extend({
  async toBeRefused(received: Responding, error: string, description: Text = /./, status?: number) {
    if (this.isNot) throw new Error('say what the response is instead')
    const response = await received
    const text = await response.clone().text()
    const found = {
      status: response.status,
      type: response.headers.get('content-type')?.split(';')[0],
      ...fieldsOf(text),
    }
    const expected = {
      status: status ?? (error === 'invalid_client' ? 401 : 400),
      type: 'application/json',
      error,
      error_description: matching(description),
    }
    const isSafe = !/\bat \w+|\.ts\b/.test(text)
    return {
      pass: isSafe && this.equals(found, expect.objectContaining(expected)),
      message: () => `the response is not the expected refusal: ${text}`,
      actual: found,
      expected,
    }
  },

  async toRedirectWithError(
    received: Responding,
    error: string,
    description: Text = /./,
    { to = REDIRECT_URI, state = 'the-state' }: { to?: string; state?: string | null } = {},
  ) {
    if (this.isNot) throw new Error('say what the response is instead')
    const response = await received
    const location = response.headers.get('location')
    const redirect = location === null ? undefined : redirectOf(response)
    const found = {
      status: response.status,
      to: redirect?.to,
      ...Object.fromEntries(redirect?.parameters ?? []),
    }
    const expected = {
      status: 302,
      to,
      error,
      error_description: matching(description),
      ...(state !== null && { state }),
    }
    return {
      pass: this.equals(found, expected),
      message: () => `the response is not the expected redirect, it leads to ${location}`,
      actual: found,
      expected,
    }
  },

  async toBeAdmitted(received: Responding) {
    const { status, headers } = await received
    const challenge = headers.get('www-authenticate')
    const isAdmitted = status === 200
    const isChallenged = status === 401 && challenge?.startsWith('Bearer ') === true
    return {
      pass: isAdmitted || (this.isNot && !isChallenged),
      message: () => `the gate responded ${status}, with the challenge ${challenge}`,
    }
  },
})

function matching(text: Text): unknown {
  return typeof text === 'string' ? text : expect.stringMatching(text)
}

function fieldsOf(json: string): object {
  try {
    return JSON.parse(json) as object
  } catch {
    return {}
  }
}
