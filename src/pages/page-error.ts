import type { Context } from 'hono'
import { respondMessage } from './respond-message'

/** An error that is shown as a page, because the browser must not be redirected. */
export class PageError extends Error {
  constructor(
    readonly status: 200 | 400 | 403 | 404 | 500 | 502 | 503 | 524,
    readonly title: string,
    message: string,
    readonly advice?: string,
    /** Recorded for the developer, and not shown on the page. */
    readonly hint: { rule?: string; why?: string; change?: string } = {},
  ) {
    super(message)
    this.name = 'PageError'
  }
}

/** Responds with the page of an error. */
export function respondPageError(c: Context, error: PageError): Promise<Response> {
  return respondMessage(c, error.status, error)
}
