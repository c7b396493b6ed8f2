import type { Child } from 'hono/jsx'
import { Frame } from './frame'

type Person = { name: string; email: string; groups: string[] }

type Login = {
  nonce: string
  /** The heading if it is left out. */
  title?: string
  application: string
  /** One part of the page for each identity provider; those that are only a button share a part. */
  blocks: Child[]
  /** The provider whose login page this one stands in for. */
  standsInFor?: string
  /** If a person cannot be picked only because this host is reachable by everyone. */
  isPickingOff?: boolean
}

/** Renders the login to an application, through one of the identity providers that it allows. */
export function LoginPage({ nonce, title, application, blocks, isPickingOff, standsInFor }: Login) {
  return (
    <Frame title={title ?? `Log in to ${application}`} nonce={nonce}>
      <h1>Log in to {application}</h1>
      {standsInFor && <p class="note">This page stands in for the login at {standsInFor}.</p>}
      {blocks.length === 0 && !isPickingOff && (
        <p class="note">
          None of the identity providers in this application's <code>allowed_idps</code> exists. Add
          one of them, or change <code>allowed_idps</code>.
        </p>
      )}
      {isPickingOff && (
        <p class="note">
          Picking a person is off on this host. To pick one, first sign in to{' '}
          <a href="/_emulator/sign-in">the console</a> with <code>EMULATOR_TOKEN</code>.
        </p>
      )}
      {blocks.map((block, index) => (
        <>
          {index > 0 && <p class="or small">or</p>}
          {block}
        </>
      ))}
    </Frame>
  )
}

/** Renders a form around the buttons of identity providers that need no further input. */
export function ProviderButtons(buttons: { loginNonce: string; children: Child }) {
  return (
    <form method="post" class="stack">
      <Hidden loginNonce={buttons.loginNonce} />
      {buttons.children}
    </form>
  )
}

export function ProviderButton({ idp, name }: { idp: string; name: string }) {
  return (
    <button type="submit" name="idp" value={idp}>
      Sign in with {name}
    </button>
  )
}

/** Renders the people in the settings, and a field for any other address. */
export function PeoplePicker(picker: {
  loginNonce: string
  idp: string
  people: readonly Person[]
}) {
  const { loginNonce, idp, people } = picker
  return (
    <>
      <p class="soft">Choose who you are. The emulator has no passwords.</p>
      {people.length > 0 && (
        <>
          <form method="post">
            <Hidden loginNonce={loginNonce} idp={idp} />
            <ul class="people">
              {people.map((person) => (
                <li>
                  <PersonButton {...person} />
                </li>
              ))}
            </ul>
          </form>
          <p class="or small">or</p>
        </>
      )}
      <AddressForm
        loginNonce={loginNonce}
        idp={idp}
        label={people.length > 0 ? 'Another e-mail address' : 'E-mail address'}
        button="Log in"
      />
    </>
  )
}

/** Renders a field for an e-mail address. */
export function AddressForm(form: {
  loginNonce: string
  idp: string
  label: string
  button: string
}) {
  const { loginNonce, idp, label, button } = form
  const id = `email-${idp}`
  return (
    <form method="post" class="field">
      <Hidden loginNonce={loginNonce} idp={idp} />
      <label for={id}>{label}</label>
      <input
        id={id}
        type="email"
        name="email"
        placeholder="name@example.com"
        autocomplete="off"
        required
      />
      <button class="main" type="submit">
        {button}
      </button>
    </form>
  )
}

function Hidden({ loginNonce, idp }: { loginNonce: string; idp?: string }) {
  return (
    <>
      <input type="hidden" name="nonce" value={loginNonce} />
      {idp && <input type="hidden" name="idp" value={idp} />}
    </>
  )
}

function PersonButton({ name, email, groups }: Person) {
  return (
    <button class="person" type="submit" name="email" value={email}>
      <span class="initial" aria-hidden="true">
        {[...name][0]}
      </span>
      <span>
        {name}
        {groups.map((group) => (
          <>
            {' '}
            <span class="group">{group}</span>
          </>
        ))}
        <small>{email}</small>
      </span>
    </button>
  )
}
