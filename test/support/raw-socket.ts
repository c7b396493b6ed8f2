import { connect } from 'node:net'

export type RawResponse = { status: number; headers: Map<string, string[]>; body: string }

/** Neither a response nor a closed connection in time. */
export class Hang extends Error {}

/**
 * Sends bytes to a port of this machine, and returns the response: for requests that no HTTP
 * client would send. The request should end its connection (`Connection: close`).
 *
 * @param request its characters are bytes
 * @param isCut whether the request ends before its announced end
 * @return undefined if the connection was closed without a response
 * @throws Hang
 */
export function rawSocket(
  port: number,
  request: string,
  { isCut = false, limitMs = 20_000 } = {},
): Promise<RawResponse | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const done = (give: () => void) => {
      clearTimeout(timer)
      socket.destroy()
      give()
    }
    const finish = () => done(() => resolve(parse(text)))
    const timer = setTimeout(
      () =>
        done(() => reject(new Hang(`no response in ${limitMs} ms, only ${JSON.stringify(text)}`))),
      limitMs,
    )
    socket.on('error', finish)
    socket.on('close', finish)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      // A stream of events has no end.
      if (isOfEvents(text)) finish()
    })
    socket.write(Buffer.from(request, 'latin1'))
    if (isCut) socket.end()
  })
}

function isOfEvents(text: string): boolean {
  const head = text.split('\r\n\r\n')[0] ?? ''
  return head.length < text.length && /content-type: text\/event-stream/i.test(head)
}

function parse(text: string): RawResponse | undefined {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const status = first.match(/^HTTP\/1\.1 (\d{3})/)?.[1]
  if (status === undefined) return undefined
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    const [name = '', ...value] = line.split(':')
    const key = name.toLowerCase()
    headers.set(key, [...(headers.get(key) ?? []), value.join(':').trim()])
  }
  return { status: Number(status), headers, body: rest.join('\r\n\r\n') }
}
