import { type HTMLElement, parse } from 'node-html-parser'
import type { Fetch } from './client'

/** The headers of a browser that opens a page. */
export const NAVIGATION = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

// Without scripts, the content of <noscript> is part of the page.
const blockTextElements = { script: true, style: true, pre: true }

export type Page = {
  url: string
  status: number
  title: string
  text: string
  html: HTMLElement
  headers: Headers
}

/**
 * A person at a browser without scripts: keeps cookies by host, follows redirects, presses the
 * buttons of plain forms. Stops before an address that is neither the application's nor the team's:
 * there the client waits.
 */
export class Person {
  readonly #cookies = new Map<string, Map<string, string>>()
  page: Page | undefined
  /** The target of the last redirect that was not followed: the client's callback. */
  callback: URL | undefined

  constructor(
    private readonly fetch: Fetch,
    private readonly hosts = ['localhost:8788', '127.0.0.1:8788'],
  ) {}

  /**
   * Opens a page, and follows redirects.
   *
   * @throws Error if the URL is not at a host of this person: the test would see no page
   */
  async open(url: string): Promise<this> {
    if (!this.hosts.includes(new URL(url).host))
      throw new Error(`not a host of this person: ${url}`)
    return this.#go(url, 'GET')
  }

  /** Presses the button with this text, or of this name and value, and sends its form. */
  async press(button: string, fields: Record<string, string> = {}): Promise<this> {
    const page = this.#page()
    const element = page.html
      .querySelectorAll('button')
      .find((each) => each.getAttribute('value') === button || each.text.trim() === button)
    const form = element?.closest('form')
    if (!element || !form) throw new Error(`no button ${button} on: ${page.text}`)
    const body = new URLSearchParams()
    for (const input of form.querySelectorAll('input').filter(isSent)) {
      const name = input.getAttribute('name') ?? ''
      body.append(name, fields[name] ?? input.getAttribute('value') ?? '')
    }
    const name = element.getAttribute('name')
    if (name) body.append(name, element.getAttribute('value') ?? '')
    const action = new URL(form.getAttribute('action') || page.url, page.url)
    return this.#go(action.href, 'POST', body)
  }

  /** Follows the link with this text. */
  async follow(link: string): Promise<this> {
    const page = this.#page()
    const element = page.html.querySelectorAll('a').find((each) => each.text.trim() === link)
    const href = element?.getAttribute('href')
    if (!href) throw new Error(`no link ${link} on: ${page.text}`)
    return this.#go(new URL(href, page.url).href, 'GET')
  }

  /** Returns the JSON of the response: its body, or the part of a page that has the id `json`. */
  // biome-ignore lint/suspicious/noExplicitAny: as JSON.parse.
  json(): any {
    const { html } = this.#page()
    return JSON.parse((html.querySelector('#json') ?? html).text)
  }

  cookies(host: string): string {
    const jar = this.#cookies.get(new URL(`http://${host}`).hostname) ?? new Map()
    return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #page(): Page {
    if (!this.page) throw new Error('no page is open')
    return this.page
  }

  async #go(start: string, startMethod: string, startBody?: URLSearchParams): Promise<this> {
    let [url, method, body] = [start, startMethod, startBody]
    this.callback = undefined
    for (let hops = 0; hops < 10; hops++) {
      const address = new URL(url)
      if (!this.hosts.includes(address.host)) {
        this.callback = address
        return this
      }
      const cookie = this.cookies(address.host)
      const response = await this.fetch(url, {
        method,
        redirect: 'manual',
        headers: {
          ...NAVIGATION,
          ...(cookie && { cookie }),
          ...(body && {
            'content-type': 'application/x-www-form-urlencoded',
            origin: address.origin,
          }),
        },
        body: body?.toString(),
      })
      this.#keepCookies(address, response)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 399 || !location) {
        const html = parse(await response.text(), { blockTextElements })
        const title = html.querySelector('title')?.text ?? ''
        const text = html.querySelector('main')?.structuredText ?? html.structuredText
        const { status, headers } = response
        this.page = { url, status, title, text, html, headers }
        return this
      }
      url = new URL(location, url).href
      method = 'GET'
      body = undefined
    }
    throw new Error(`too many redirects, last to ${url}`)
  }

  #keepCookies(address: URL, response: Response): void {
    const jar = this.#cookies.get(address.hostname) ?? new Map<string, string>()
    this.#cookies.set(address.hostname, jar)
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const [name = '', ...value] = pair.split('=')
      jar.set(name.trim(), value.join('='))
    }
  }
}

// A browser omits unchecked boxes, and controls that are disabled or have no name.
function isSent(input: HTMLElement): boolean {
  const isOff = input.getAttribute('type') === 'checkbox' && !input.hasAttribute('checked')
  return input.hasAttribute('name') && !input.hasAttribute('disabled') && !isOff
}
