import * as z from 'zod'
import type { Application } from '../../../access/application'
import { type Identity, seededIdentity } from '../../../access/identity'
import type { EmulatedProvider } from '../../../access/identity-provider'
import { readTicket, signTicket } from '../../../access/ticket'
import { sha256 } from '../../../oauth/encoding'
import type { Parameters } from '../../../oauth/parameters'
import { AddressForm } from '../../../pages/login'
import { PageError } from '../../../pages/page-error'
import { PinPage } from '../../../pages/pin'
import { respondPage } from '../../../pages/respond'
import type { AppContext } from '../../../request/context'
import { report } from '../../../request/events'
import { judge, whereFrom } from '../../../request/judge'
import { applicationNotFound } from '../application-not-found'
import { readEmail } from '../email'
import type { LoginProvider } from './provider'

// Access: documented. A one-time PIN expires after ten minutes.
const PIN_LIFETIME_SECONDS = 10 * 60

const PATH_SCOPED =
  'It appears that you have attempted to reach an invalid URL. Please navigate to your application url.'

const ticketSchema = z.object({ email: z.string(), loginNonce: z.string(), check: z.string() })

/** The login by a one-time PIN, which proves that the person can read the mail of an address. */
export const onetimepin: LoginProvider<EmulatedProvider<'onetimepin'>> = {
  redirects: false,
  // The code appears in the events, for the person who controls the emulator. For anyone else it is
  // no protection: six digits, without a limit on guesses.
  isForThisMachine: true,
  async start(c, { provider, application, form, loginNonce }) {
    const { PEOPLE } = c.get('settings')
    const email = await readPin(c, form, loginNonce)
    if (email !== undefined) return seededIdentity(PEOPLE, email, provider)
    const identity = seededIdentity(PEOPLE, readEmail(form), provider)
    return askForPin(c, application, identity, loginNonce)
  },
  Button: ({ provider, loginNonce }) => (
    <AddressForm
      loginNonce={loginNonce}
      idp={provider.id}
      label={provider.name}
      button="Send me a code"
    />
  ),
}

/**
 * Generates a code and shows the page to enter it. The code is reported in an event
 * (`GET /_emulator/events`) instead of being mailed.
 *
 * Access: documented. A person whom the policies deny gets no code, and the page does not show that.
 *
 * @param identity the identity of the person once the code is entered
 */
async function askForPin(
  c: AppContext,
  application: Application,
  identity: Identity,
  loginNonce: string,
): Promise<Response> {
  const { now, quirks, ticketSecret } = c.var
  const { email, idp } = identity
  // Access: reported [P12]. The usual advice is to have no path on an application with Managed OAuth.
  if (quirks.has('path-scoped-pin') && application.domain?.includes('/')) {
    const change = `Give ${application.name} a domain without a path (${application.domain}), or switch the quirk path-scoped-pin off.`
    throw applicationNotFound({ rule: 'P12', change }, PATH_SCOPED)
  }
  const code = newCode()
  const verdict = judge(c, application, 'login', { identity, ...whereFrom(c) })
  report(
    c,
    verdict.decision === 'deny'
      ? { kind: 'one-time-pin-not-sent', application: application.name, email }
      : { kind: 'one-time-pin', application: application.name, email, code },
  )
  const claims = { email, loginNonce, check: await checkOf(c, email, code) }
  const pin = await signTicket(ticketSecret, 'pin', claims, now, PIN_LIFETIME_SECONDS)
  return respondPage(c, 200, (nonce) => (
    <PinPage nonce={nonce} fields={{ nonce: loginNonce, idp: idp.id, pin }} email={email} />
  ))
}

/**
 * Returns the e-mail address that the form's code proves; undefined if the form has no code yet.
 *
 * @throws PageError if the code is wrong or has expired
 */
async function readPin(
  c: AppContext,
  form: Parameters,
  loginNonce: string,
): Promise<string | undefined> {
  const pin = form.get('pin')
  if (pin === undefined) return undefined
  const ticket = ticketSchema.safeParse(
    await readTicket(c.get('ticketSecret'), 'pin', pin, c.get('now')),
  )
  if (!ticket.success || ticket.data.loginNonce !== loginNonce) throw wrongCode()
  const { email, check } = ticket.data
  if ((await checkOf(c, email, form.get('code')?.trim() ?? '')) !== check) throw wrongCode()
  return email
}

// Six digits.
function newCode(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
  return String(random % 1_000_000).padStart(6, '0')
}

// The browser can read the ticket, so it contains the code only as a hash with the emulator's own key.
function checkOf(c: AppContext, email: string, code: string): Promise<string> {
  return sha256(`${c.get('state').ticketSecret}:${email}:${code}`)
}

// Access: documented (the title). Assumed: the status.
function wrongCode(): PageError {
  return new PageError(
    403,
    'That account does not have access.',
    'The code is wrong, or it has expired after ten minutes.',
    'Access shows this title for a wrong code too. Go back and enter the code again, or start again from your client or application.',
  )
}
