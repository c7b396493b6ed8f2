import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Application } from '../../../access/application'
import type { Identity, Person } from '../../../access/identity'
import type { IdentityProvider } from '../../../access/identity-provider'
import type { Parameters } from '../../../oauth/parameters'
import type { AppContext } from '../../../request/context'

/** A choice of an identity provider on the login page. */
type Attempt<Provider> = {
  provider: Provider
  application: Application
  /** The form of the login page; empty if there was nothing to choose. */
  form: Parameters
  /** Binds the login to the browser that started it. */
  loginNonce: string
  /** Whether the person wants to log in as another person than before. */
  again: boolean
}

/** A return from an identity provider of another site. */
type Return<Provider> = { provider: Provider; query: URLSearchParams; seed: string }

/** The login with one type of identity provider. */
export type LoginProvider<Provider = IdentityProvider> = {
  /** Whether the login starts with a redirect, so that the login page has only a button for it. */
  redirects: boolean
  /** Whether it is offered only on this machine and to the person who controls the emulator. */
  isForThisMachine: boolean
  /**
   * Returns the person who signs in, or the response of the next step.
   *
   * @throws PageError
   */
  start(c: AppContext, attempt: Attempt<Provider>): Promise<Identity | Response>
  /**
   * Returns the person who signed in at another site.
   *
   * @throws PageError
   */
  finish?(c: AppContext, back: Return<Provider>): Promise<Identity>
  /** The part of the login page for this provider. */
  Button(props: { provider: Provider; loginNonce: string; people: readonly Person[] }): JSX.Element
}
