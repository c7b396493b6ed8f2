import { Frame } from './frame'

type Person = { name: string; email: string; groups: string[] }

type Provider = { id: string; name: string; type: 'cloudflare' | 'onetimepin' | 'oidc' }

type Login = {
  nonce: string
  /** Comes back with the form, and in a cookie. */
  loginNonce: string
  application: string
  people: Person[]
  providers: Provider[]
  /** Whether people could be picked, were this not a host for everybody. */
  isPickingOff?: boolean
}

/** Log in to an application, by one of the identity providers that it allows. */
export function LoginPage(login: Login) {
  const { nonce, loginNonce, application, people, providers, isPickingOff } = login
  return (
    <Frame title={`Log in to ${application}`} nonce={nonce}>
      <h1>Log in to {application}</h1>
      {providers.length === 0 && !isPickingOff && (
        <p class="note">None of its allowed_idps is there.</p>
      )}
      {isPickingOff && (
        <p class="note">
          Picking a person is off on this host. Who holds the emulator's token can sign in to{' '}
          <a href="/_emulator/sign-in">the console</a> first, and then pick.
        </p>
      )}
      {inBlocks(providers).map(([provider, ...more], index) => (
        <>
          {index > 0 && <p class="or small">or</p>}
          {provider.type === 'cloudflare' && (
            <PeoplePicker loginNonce={loginNonce} idp={provider.id} people={people} />
          )}
          {provider.type === 'onetimepin' && (
            <AddressForm
              loginNonce={loginNonce}
              idp={provider.id}
              label={provider.name}
              button="Send me a code"
            />
          )}
          {provider.type === 'oidc' && (
            <ProviderButtons loginNonce={loginNonce} providers={[provider, ...more]} />
          )}
        </>
      ))}
    </Frame>
  )
}

// In the order of the settings; those that are a button only are together where they follow one
// another.
function inBlocks(providers: Provider[]): [Provider, ...Provider[]][] {
  const blocks: [Provider, ...Provider[]][] = []
  for (const provider of providers) {
    const last = blocks.at(-1)
    if (last?.[0].type === 'oidc' && provider.type === 'oidc') last.push(provider)
    else blocks.push([provider])
  }
  return blocks
}

function ProviderButtons(buttons: { loginNonce: string; providers: Provider[] }) {
  return (
    <form method="post" class="stack">
      <Hidden loginNonce={buttons.loginNonce} />
      {buttons.providers.map(({ id, name }) => (
        <button type="submit" name="idp" value={id}>
          Sign in with {name}
        </button>
      ))}
    </form>
  )
}

function PeoplePicker(picker: { loginNonce: string; idp: string; people: Person[] }) {
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

function AddressForm(form: { loginNonce: string; idp: string; label: string; button: string }) {
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
