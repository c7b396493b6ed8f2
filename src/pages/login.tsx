import type { Child } from 'hono/jsx'
import { Frame } from './frame'

type Person = { name: string; email: string; groups: string[] }

type Login = {
  nonce: string
  application: string
  /** A part of the page for each identity provider, or several that are buttons only. */
  blocks: Child[]
  /** Whether people could be picked, were this not a host for everybody. */
  isPickingOff?: boolean
}

/** Log in to an application, by one of the identity providers that it allows. */
export function LoginPage({ nonce, application, blocks, isPickingOff }: Login) {
  return (
    <Frame title={`Log in to ${application}`} nonce={nonce}>
      <h1>Log in to {application}</h1>
      {blocks.length === 0 && !isPickingOff && (
        <p class="note">None of its allowed_idps is there.</p>
      )}
      {isPickingOff && (
        <p class="note">
          Picking a person is off on this host. Who holds the emulator's token can sign in to{' '}
          <a href="/_emulator/sign-in">the console</a> first, and then pick.
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

/** A form around the buttons of identity providers that need nothing but to be chosen. */
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

/** The people of the seed, and a field for any other address. */
export function PeoplePicker(picker: {
  loginNonce: string
  idp: string
  people: readonly Person[]
}) {
  const { loginNonce, idp, people } = picker
  return (
    <>
      <p class="soft">There are no passwords here: who are you?</p>
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

/** A field for an e-mail address. */
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
