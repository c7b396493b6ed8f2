import type { Send } from './control.ts'
import type { Assertion, AssertionOf } from './responses.ts'

/** The methods that return signed assertions, and the headers and cookies of admitted requests. */
export type AssertionMethods = {
  /**
   * Returns the signed assertion of a person or service token, the headers that the origin gets with it,
   * and the cookie that the caller gets. The origin gets no request, so a test can send the headers to
   * a server that verifies them, without the emulator in between.
   *
   * @throws ControlError `access_denied` if the application does not admit the caller
   */
  assertion(caller: AssertionOf): Promise<Assertion>
  /**
   * Returns the cookie of a person who has logged in at the application, `CF_Authorization=<jwt>`: the
   * value of the header `Cookie`.
   *
   * @param options.application the id or name of an application; that of the MCP server by default
   * @throws ControlError `access_denied` if the application does not admit the person
   */
  browserCookie(email: string, options?: { application?: string }): Promise<string>
  /**
   * Returns the headers that the origin gets of a request with a service token: the assertion, with the
   * token's `client_id` as `common_name`.
   *
   * @param serviceToken the id, name or client_id of the service token
   * @param options.application the id or name of an application; that of the MCP server by default
   * @throws ControlError `access_denied` if the application does not admit the service token
   */
  serviceToken(
    serviceToken: string,
    options?: { application?: string },
  ): Promise<Record<string, string>>
}

/** Returns the methods of signed assertions. */
export function assertionMethodsBy(send: Send): AssertionMethods {
  const assertion: AssertionMethods['assertion'] = (caller) => send('POST', 'assertions', caller)
  return {
    assertion,
    async browserCookie(email, { application } = {}) {
      // Only a service token can be without a cookie.
      return (await assertion({ email, application })).cookie ?? ''
    },
    async serviceToken(serviceToken, { application } = {}) {
      return (await assertion({ service_token: serviceToken, application })).headers
    },
  }
}
