import type { Context } from 'hono'
import type { HtmlEscapedString } from 'hono/utils/html'
import { type Place, PlaceOfPage } from './frame'
import { type Message, MessagePage } from './message'

// Removed, so that a name that a client chose cannot reorder the text around it (UAX 9). Our own texts
// have none of these characters.
const REORDERING = /\p{Bidi_Control}+/gu

/**
 * Responds with a page and the headers that every page has. `img-src data:` allows the page's icon;
 * without it, browsers report a violation.
 *
 * The policy has no `form-action`: Chromium applies it also to the redirects after a form, so it would
 * block the redirect from the consent page to the client's callback.
 */
export async function respondPage(
  c: Context,
  status: number,
  page: (nonce: string) => HtmlEscapedString | Promise<HtmlEscapedString>,
  { withScript = false, connectsToSelf = false, imageOrigin = '' } = {},
): Promise<Response> {
  const nonce = crypto.randomUUID()
  c.header(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      `img-src data: ${imageOrigin}`.trim(),
      `style-src 'nonce-${nonce}'`,
      ...(withScript ? [`script-src 'nonce-${nonce}'`] : []),
      ...(connectsToSelf ? ["connect-src 'self'"] : []),
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  )
  c.header('X-Frame-Options', 'DENY')
  c.header('X-Content-Type-Options', 'nosniff')
  // Sends no referrer to other sites. With `no-referrer`, forms would send `Origin: null`, which
  // `wrangler dev` rejects under /cdn-cgi.
  c.header('Referrer-Policy', 'same-origin')
  c.header('Cache-Control', 'no-store')
  // Assumed: Access's pages sever a popup from its opener (observed); the header was not recorded.
  c.header('Cross-Origin-Opener-Policy', 'same-origin')
  c.status(status as 200)
  const content = await page(nonce)
  const html = await (
    <PlaceOfPage.Provider value={placeOf(c)}>{content}</PlaceOfPage.Provider>
  ).toString()
  return c.html(html.replaceAll(REORDERING, ''))
}

// Requests to the control record no decision. The demo receives the id as an origin does.
function placeOf(c: Context): Place {
  if (new URL(c.req.url).pathname.startsWith('/_emulator')) return { isOfConsole: true }
  const ray: string | undefined = c.get('rayId') ?? c.req.header('cf-ray')
  return { isOfConsole: false, why: ray && `/_emulator/console/events?ray=${ray}` }
}

/** Responds with a page that has only a message. */
export function showMessage(c: Context, status: number, message: Message): Promise<Response> {
  return respondPage(c, status, (nonce) => (
    <MessagePage
      nonce={nonce}
      title={message.title}
      message={message.message}
      advice={message.advice}
    />
  ))
}
