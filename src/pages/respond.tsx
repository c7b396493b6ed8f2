import type { Context } from 'hono'
import type { HtmlEscapedString } from 'hono/utils/html'
import { MessagePage } from './message'

/** A page that has to be shown instead of an answer, because nobody may be redirected. */
export class PageError extends Error {
  constructor(
    readonly status: 400 | 403 | 404 | 500 | 502 | 503 | 524,
    readonly title: string,
    message: string,
    readonly advice?: string,
    /** What the developer is told beyond the page: the rule, why, and what to change. */
    readonly hint: { rule?: string; why?: string; change?: string } = {},
  ) {
    super(message)
    this.name = 'PageError'
  }
}

// What others named, a client say, is shown in the order of its characters (UAX 9). Nothing of ours has
// any of these.
const REORDERING = /\p{Bidi_Control}+/gu

/**
 * A page with the headers that every page has. `img-src data:` is for the page's icon: browsers
 * report a violation where a policy leaves none for it.
 *
 * There is no `form-action` in the policy: Chromium applies it to the redirects after a form too,
 * so it would block the way from the consent page to the client's callback.
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
  // Nothing leaks to another site, and forms still send their Origin, which `no-referrer` would
  // turn into `null`: `wrangler dev` refuses that under /cdn-cgi.
  c.header('Referrer-Policy', 'same-origin')
  c.header('Cache-Control', 'no-store')
  // Assumed: Access's pages sever a popup from its opener (observed), by a header nobody recorded.
  c.header('Cross-Origin-Opener-Policy', 'same-origin')
  c.status(status as 200)
  const html = await (await page(nonce)).toString()
  return c.html(html.replaceAll(REORDERING, ''))
}

/** The page of an error. */
export function respondPageError(c: Context, error: PageError): Promise<Response> {
  return respondPage(c, error.status, (nonce) => (
    <MessagePage nonce={nonce} title={error.title} message={error.message} advice={error.advice} />
  ))
}
