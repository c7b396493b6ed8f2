import * as z from 'zod'
import { emailSchema } from '../access/identity'
import { PEOPLE_PICKER } from '../access/identity-provider'
import { readTicket, signTicket } from '../access/ticket'
import { LoginPage, PeoplePicker } from '../pages/login'
import { PageError } from '../pages/page-error'
import { respondPage } from '../pages/respond'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'
import {
  endLogin,
  invalidNonce,
  isLoginNonce,
  readPageForm,
  redirectToStep,
  SEVERED,
  startLogin,
} from '../signin/browser'
import { mayPickPeople } from '../signin/control-session'
import { startSession } from './session'

const LIFETIME_SECONDS = 15 * 60
const ticketSchema = z.object({ to: z.string() })

/**
 * Redirects the browser to the login page.
 *
 * @param to the path and query to which the browser returns after the login
 */
export async function redirectToLogin(c: AppContext, to: string): Promise<Response> {
  const { dash, now, ticketSecret } = c.var
  const ticket = await signTicket(ticketSecret, 'dash-login', { to }, now, LIFETIME_SECONDS)
  return redirectToStep(c, `${dash.origin}/oauth2/login?request=${ticket}`)
}

/**
 * Handles `/oauth2/login`. GET shows the login page; POST signs in the chosen person and redirects to
 * the page that needed the login.
 *
 * Not like Cloudflare: there are no passwords, and the address of the page is ours.
 *
 * @throws PageError
 */
export async function login(c: AppContext): Promise<Response> {
  const { dash, now, settings, ticketSecret, url } = c.var
  const text = url.searchParams.get('request') ?? ''
  const ticket = ticketSchema.safeParse(await readTicket(ticketSecret, 'dash-login', text, now))
  if (!ticket.success) throw invalidNonce()
  if (!(await mayPickPeople(c))) throw pickingIsOff()
  if (c.req.method === 'POST') {
    const email = await signIn(c)
    const why = `${email} is signed in at the dashboard.`
    reportDecision(c, { kind: 'login', step: 'done', email, why })
    return redirectToStep(c, dash.origin + ticket.data.to)
  }
  const loginNonce = startLogin(c)
  const why = `No person is signed in: the dashboard's login page is shown. ${SEVERED}`
  reportDecision(c, { kind: 'login', step: 'page', outcome: 'asked', why })
  return respondPage(c, 200, (nonce) => (
    <LoginPage
      nonce={nonce}
      application="the dashboard"
      blocks={[
        <PeoplePicker loginNonce={loginNonce} idp={PEOPLE_PICKER.id} people={settings.PEOPLE} />,
      ]}
    />
  ))
}

async function signIn(c: AppContext): Promise<string> {
  const form = await readPageForm(c)
  if (!isLoginNonce(c, form.get('nonce'))) throw invalidNonce()
  const email = emailSchema.safeParse(form.get('email'))
  if (!email.success) throw new PageError(400, 'Invalid form', 'email must be an e-mail address.')
  endLogin(c)
  await startSession(c, email.data)
  return email.data
}

function pickingIsOff(): PageError {
  return new PageError(
    403,
    'Picking a person is off on this host',
    'The login page of the dashboard has no passwords, so it is open on this machine only.',
    'Sign in to the console at /_emulator/sign-in with EMULATOR_TOKEN first. Then open this page again.',
  )
}
