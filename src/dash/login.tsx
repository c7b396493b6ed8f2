import * as z from 'zod'
import { emailSchema } from '../access/identity'
import { PEOPLE_PICKER } from '../access/identity-provider'
import { readTicket, signTicket } from '../access/ticket'
import { LoginPage, PeoplePicker } from '../pages/login'
import { PageError, respondPage } from '../pages/respond'
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
 * Sends the browser to the login page.
 *
 * @param to the path, with its query, that the person wanted
 */
export async function redirectToLogin(c: AppContext, to: string): Promise<Response> {
  const { dash, now, ticketSecret } = c.var
  const ticket = await signTicket(ticketSecret, 'dash-login', { to }, now, LIFETIME_SECONDS)
  return redirectToStep(c, `${dash.origin}/oauth2/login?request=${ticket}`)
}

/**
 * `/oauth2/login`: who are you? GET shows the page, POST takes the choice and goes back to what the
 * login was for.
 *
 * Not like Cloudflare: no passwords, and the page's address is ours.
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
  const why = `Nobody is signed in: the dashboard's login page is shown. ${SEVERED}`
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
    'People sign in to the dashboard by saying who they are, which is for this machine only.',
    "Who holds the emulator's token can sign in to the console (/_emulator/sign-in) first, and then pick.",
  )
}
