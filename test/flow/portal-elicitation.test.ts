import { beforeEach, describe, expect, it } from 'vitest'
import { bearer } from '../support/client'
import { ADA, emulator, GRACE, stopClock } from '../support/emulator'
import { messagesOf } from '../support/event-stream'
import {
  atServers,
  ENDPOINT,
  finishServers,
  PORTAL,
  PortalAdmin,
  PortalClient,
  personOf,
  portalWithOAuth,
  tokensFor,
  useUpstreams,
} from '../support/portal'

stopClock()

const world = emulator()
const { fetch, reset } = world
const admin = new PortalAdmin(fetch)
const URLS = { elicitation: { url: {} } }
const CALL = { name: 'portal_toggle_servers', arguments: {} }

const upstream = useUpstreams(reset, 'docs')

type Message = {
  id?: string | number
  method?: string
  params?: { url: string; elicitationId: string; mode: string; message: string }
  result?: { content: { text: string }[]; isError?: boolean }
}

async function next(messages: AsyncGenerator<Message>): Promise<Message> {
  return (await messages.next()).value ?? {}
}

const tokenOf = async (who: { email: string }) => (await tokensFor(world, who)).access_token

async function sessionOf(token: string, capabilities: object = URLS) {
  const client = PortalClient.of(fetch, token, '2025-11-25')
  await client.initialize(capabilities)
  return client
}

async function portalOfDocs() {
  await admin.server('docs')
  await admin.portal([{ server_id: 'docs' }])
}

function notifications(token: string, { sessionId = '' }: PortalClient): Promise<Response> {
  const headers = { accept: 'text/event-stream', 'mcp-session-id': sessionId, ...bearer(token) }
  return fetch(ENDPOINT, { headers })
}

const accept = (id: Message['id']) => ({ id, result: { action: 'accept' } })

describe('A client of 2025 that supports elicitation by URL', () => {
  beforeEach(portalOfDocs)

  it('is asked on the stream of its call, and told when the person is done [MP50]', async () => {
    const token = await tokenOf(ADA)
    const client = await sessionOf(token)
    const messages = messagesOf<Message>(await client.open('tools/call', CALL))
    const question = await next(messages)
    expect(question).toMatchObject({
      method: 'elicitation/create',
      params: { mode: 'url', message: expect.any(String) },
    })
    const { elicitationId = '', url = '' } = question.params ?? {}
    expect(url).toBe(`${PORTAL}/authorize?elicitationId=${elicitationId}`)
    const changes = messagesOf<Message>(await notifications(token, client))
    const [answer] = await Promise.all([next(messages), client.post(accept(question.id))])
    expect(answer.result?.content[0]?.text).not.toContain('http')
    const person = await personOf(fetch).open(url)
    await person.press(ADA.email)
    await person.press('done')
    expect(await next(changes)).toMatchObject({
      method: 'notifications/elicitation/complete',
      params: { elicitationId },
    })
    await changes.return(undefined)
  })

  it.each(['decline', 'cancel'])('is told that the person did not open it: %s', async (action) => {
    const client = await sessionOf(await tokenOf(ADA))
    const messages = messagesOf<Message>(await client.open('tools/call', CALL))
    const { id } = await next(messages)
    expect((await client.post({ id, result: { action } })).status).toBe(202)
    expect((await next(messages)).result?.content[0]?.text).toContain('did not open')
  })

  it('is not answered by another person, nor by another session of the same', async () => {
    const token = await tokenOf(ADA)
    const client = await sessionOf(token)
    const messages = messagesOf<Message>(await client.open('tools/call', CALL))
    const { id } = await next(messages)
    const others = [await sessionOf(token), await sessionOf(await tokenOf(GRACE))]
    for (const other of others) await other.post({ id, result: { action: 'decline' } })
    const stolen = PortalClient.of(fetch, await tokenOf(GRACE), '2025-11-25')
    stolen.sessionId = client.sessionId
    expect((await stolen.post({ id, result: { action: 'decline' } })).status).toBe(404)
    await client.post(accept(id))
    expect((await next(messages)).result?.content[0]?.text).not.toContain('did not open')
  })
})

describe('A client of 2026 that supports elicitation by URL', () => {
  beforeEach(portalOfDocs)

  it('receives an input-required result, and the text when it calls again [MP50]', async () => {
    const client = PortalClient.of(fetch, await tokenOf(ADA))
    client.capabilities = URLS
    const { result } = await client.send('tools/call', CALL)
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: {
        servers: {
          method: 'elicitation/create',
          params: { mode: 'url', url: expect.stringContaining(`${PORTAL}/authorize?`) },
        },
      },
    })
    const inputResponses = { servers: { action: 'accept' } }
    const again = await client.send('tools/call', { ...CALL, inputResponses })
    expect(JSON.stringify(again.result.content)).toContain('portal_list_servers')
    const no = { servers: { action: 'decline' } }
    const declined = await client.send('tools/call', { ...CALL, inputResponses: no })
    expect(JSON.stringify(declined.result.content)).toContain('did not open')
  })
})

describe('A client without elicitation by URL', () => {
  beforeEach(portalOfDocs)

  it.each([
    ['2025 without elicitation', {}],
    ['2025 with forms only', { elicitation: {} }],
  ])('of %s gets the address in the text [MP50]', async (_, capabilities) => {
    const client = await sessionOf(await tokenOf(ADA), capabilities)
    expect(await client.text('portal_toggle_servers')).toContain('/authorize?elicitationId=')
  })

  it('of 2026 gets the address in the text [MP50]', async () => {
    const client = PortalClient.of(fetch, await tokenOf(ADA))
    expect(await client.text('portal_toggle_servers')).toContain('/authorize?elicitationId=')
  })
})

describe("A person's grant that has ended", () => {
  /** A client whose person has signed in to docs, where every token then ends. */
  async function withDeadGrant() {
    const oauth = await portalWithOAuth(admin, upstream.docs)
    const at = await atServers(fetch, ADA)
    const { person } = at
    await person.press('connect docs')
    await person.open(oauth.allow(person.callback))
    const { access_token: token } = await finishServers(fetch, at)
    oauth.endTokens()
    oauth.refuses = 'invalid_grant'
    return token
  }

  it('is a question by URL to clients of both families that support it [MP74]', async () => {
    const token = await withDeadGrant()
    const modern = PortalClient.of(fetch, token)
    modern.capabilities = URLS
    const call = { name: 'docs_read', arguments: {} }
    const { result } = await modern.send('tools/call', call)
    expect(result.resultType).toBe('input_required')
    const old = await sessionOf(token)
    const messages = messagesOf<Message>(await old.open('tools/call', call))
    const { id, method } = await next(messages)
    expect(method).toBe('elicitation/create')
    await old.post(accept(id))
    const { result: failed } = await next(messages)
    expect(failed).toMatchObject({ isError: true })
    expect(failed?.content[0]?.text).toContain('unauthorized')
  })
})
