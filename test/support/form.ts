import { type HTMLElement, parse } from 'node-html-parser'
import type { Fetch } from './client'

/** A page as a browser without scripts has it: its forms can be filled in and sent. */
export class FormPage {
  private constructor(
    private readonly fetch: Fetch,
    readonly url: string,
    readonly status: number,
    readonly root: HTMLElement,
  ) {}

  static async open(fetch: Fetch, url: string): Promise<FormPage> {
    return FormPage.of(fetch, url, await fetch(url, { headers: { accept: 'text/html' } }))
  }

  private static async of(fetch: Fetch, url: string, response: Response): Promise<FormPage> {
    const location = response.headers.get('location')
    if (location) return FormPage.open(fetch, new URL(location, url).href)
    // By default the parser keeps the elements in <pre> as text.
    const root = parse(await response.text(), { blockTextElements: { script: true, style: true } })
    for (const script of root.querySelectorAll('script')) script.remove()
    return new FormPage(fetch, url, response.status, root)
  }

  /** The text of the page, with single spaces. */
  get text(): string {
    return (this.root.querySelector('main')?.text ?? '').replaceAll(/\s+/g, ' ')
  }

  /** The value of a field, or of the only checked box. */
  value(name: string): string | undefined {
    return this.fields(this.formWith(`[name="${name}"]`)).findLast(([each]) => each === name)?.[1]
  }

  /** Sends the form with a button of this text. Lists are sent as several values; null removes a field. */
  async press(
    button: string,
    changes: Record<string, string | string[] | null> = {},
  ): Promise<FormPage> {
    const pressed = this.root
      .querySelectorAll('button')
      .findLast((each) => each.text.replaceAll(/\s+/g, ' ').trim() === button)
    if (!pressed) throw new Error(`no button ${button} in: ${this.text}`)
    const form = pressed.closest('form')
    if (!form) throw new Error(`the button ${button} is in no form`)
    const sent = new URLSearchParams(this.fields(form))
    const name = pressed.getAttribute('name')
    if (name) sent.append(name, pressed.getAttribute('value') ?? '')
    for (const [field, value] of Object.entries(changes)) {
      sent.delete(field)
      for (const each of value === null ? [] : [value].flat()) sent.append(field, each)
    }
    const url = new URL(form.getAttribute('action') ?? '', this.url).href
    const response = await this.fetch(url, {
      method: 'POST',
      headers: {
        origin: new URL(url).origin,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: sent.toString(),
    })
    return FormPage.of(this.fetch, url, response)
  }

  private formWith(selector: string): HTMLElement {
    const form = this.root.querySelector(selector)?.closest('form')
    if (!form) throw new Error(`no form with ${selector}`)
    return form
  }

  // As a browser sends them.
  private fields(form: HTMLElement): [string, string][] {
    return form.querySelectorAll('input, textarea, select').flatMap((field): [string, string][] => {
      const name = field.getAttribute('name')
      if (!name) return []
      if (field.tagName === 'TEXTAREA') return [[name, field.textContent]]
      if (field.tagName === 'SELECT') {
        const options = field.querySelectorAll('option')
        const chosen = options.find((each) => each.hasAttribute('selected')) ?? options[0]
        return [[name, chosen?.getAttribute('value') ?? '']]
      }
      const isBox = field.getAttribute('type') === 'checkbox'
      if (isBox && !field.hasAttribute('checked')) return []
      return [[name, field.getAttribute('value') ?? '']]
    })
  }
}
