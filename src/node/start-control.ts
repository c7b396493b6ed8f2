import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import type { Responses } from '../emulator/responses.ts'

type Body = Responses['POST settings'] & { error_description: string }

/** The control of an emulator under `wrangler dev`, as `npm start` uses it. */
export class StartControl {
  readonly #address: string
  readonly #token: () => Promise<string | undefined>

  /** @param token returns the current `EMULATOR_TOKEN` */
  constructor(address: string, token: () => Promise<string | undefined>) {
    this.#address = address
    this.#token = token
  }

  /**
   * Returns the response to a GET.
   *
   * @throws Error if its status is not 200
   */
  async read<T>(path: string): Promise<T> {
    const { body, status } = await this.send(path)
    if (status !== 200) {
      throw new Error(`${this.#address}/_emulator/${path} responds with ${status}`)
    }
    return body as T
  }

  /** Sends a request to a path below `/_emulator/`: a POST if it has a body. */
  async send(
    path: string,
    body?: string,
    method = body === undefined ? 'GET' : 'POST',
  ): Promise<{ status: number; body: Body }> {
    const response = await this.open(path, method, body)
    return { status: response.statusCode ?? 0, body: JSON.parse(await text(response)) }
  }

  /** Sends a request, and returns the response when its headers have arrived. */
  async open(path: string, method = 'GET', body?: string): Promise<IncomingMessage> {
    const url = `${this.#address}/_emulator/${path}`
    const token = await this.#token()
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    return new Promise((resolve, reject) => {
      // With `--local-protocol https`, wrangler uses a certificate that it signed itself.
      const request = url.startsWith('https:')
        ? https.request(url, { method, headers, rejectUnauthorized: false }, resolve)
        : http.request(url, { method, headers }, resolve)
      request.on('error', reject).end(body)
    })
  }
}
