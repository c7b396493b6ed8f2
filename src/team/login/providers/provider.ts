import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Application } from '../../../access/application'
import type { Identity, Person } from '../../../access/identity'
import type { EmulatedProvider } from '../../../access/identity-provider'
import type { Parameters } from '../../../oauth/parameters'
import type { AppContext } from '../../../request/context'

/** A person who has chosen an identity provider on the login page. */
type Attempt<Provider> = {
  provider: Provider
  application: Application
  /** The form of the login page; empty if nobody had to choose. */
  form: Parameters
  /** Binds the login to the browser that began it. */
  loginNonce: string
  /** Whether the person wants to be somebody else than last time. */
  again: boolean
}

/** A person whom an identity provider of another site sends back. */
type Return<Provider> = { provider: Provider; query: URLSearchParams; seed: string }

/** How people log in by one type of identity provider. */
export type LoginProvider<Provider = EmulatedProvider> = {
  /** Whether a login by it begins with a redirect: the login page has nothing to fill in for it. */
  redirects: boolean
  /** Whether it is for people on this machine, and for who controls the emulator. */
  isForThisMachine: boolean
  /**
   * Returns who signs in, or a response that leads there.
   *
   * @throws PageError
   */
  start(c: AppContext, attempt: Attempt<Provider>): Promise<Identity | Response>
  /**
   * Returns who was signed in at another site.
   *
   * @throws PageError
   */
  finish?(c: AppContext, back: Return<Provider>): Promise<Identity>
  /** Its part of the login page. */
  Button(props: { provider: Provider; loginNonce: string; people: readonly Person[] }): JSX.Element
}
