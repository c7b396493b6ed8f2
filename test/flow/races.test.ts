import { beforeEach, describe, expect, it } from 'vitest'
import { Client, type Tokens } from '../support/client'
import { ADA, clientOf, emulator } from '../support/emulator'

const world = emulator()
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

/** Fifty at once; answers those that won, and how the others were answered. */
async function fifty(send: () => Promise<Response>) {
  const responses = await Promise.all(Array.from({ length: 50 }, send))
  const won = responses.filter(({ ok }) => ok)
  const lost = await Promise.all(
    responses
      .filter(({ ok }) => !ok)
      .map(async (response) => ((await response.json()) as { error: string }).error),
  )
  return { tokens: await Promise.all(won.map((each) => each.json() as Promise<Tokens>)), lost }
}

describe('Fifty at once', () => {
  it('redemptions of one code: exactly one wins, and the replay ends its grant [T8]', async () => {
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    const { tokens, lost } = await fifty(() => client.exchange(client_id, code))
    expect(tokens).toHaveLength(1)
    expect(lost).toEqual(Array(49).fill('invalid_grant'))
    await expect(client.request('/whoami', tokens[0]?.access_token)).not.toBeAdmitted()
  })

  it('refreshes of one token: exactly one wins, and the reuse ends its grant [T13]', async () => {
    const { clientId, tokens: first } = await client.connect()
    const { tokens, lost } = await fifty(() => client.refresh(clientId, first.refresh_token))
    expect(tokens).toHaveLength(1)
    expect(lost).toEqual(Array(49).fill('invalid_grant'))
    await expect(client.refresh(clientId, tokens[0]?.refresh_token ?? '')).toBeRefused(
      'invalid_grant',
    )
  })

  it('refreshes within a grace window: all get the same pair, and it works', async () => {
    const grace = clientOf({ REFRESH_TOKEN_GRACE: '10s' })
    const { clientId, tokens: first } = await grace.connect()
    const { tokens } = await fifty(() => grace.refresh(clientId, first.refresh_token))
    expect(tokens).toHaveLength(50)
    expect(new Set(tokens.map((each) => each.access_token)).size).toBe(1)
    expect(new Set(tokens.map((each) => each.refresh_token)).size).toBe(1)
    expect((await grace.refresh(clientId, tokens[0]?.refresh_token ?? '')).status).toBe(200)
  })

  it('refreshes where reuse is only refused: exactly one wins, and its pair works', async () => {
    const lenient = clientOf({ REFRESH_TOKEN_REUSE: 'refuse' })
    const { clientId, tokens: first } = await lenient.connect()
    const { tokens } = await fifty(() => lenient.refresh(clientId, first.refresh_token))
    expect(tokens).toHaveLength(1)
    expect((await lenient.refresh(clientId, tokens[0]?.refresh_token ?? '')).status).toBe(200)
  })

  it('registrations give fifty clients', async () => {
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => (await client.register()).client_id),
    )
    expect(new Set(ids).size).toBe(50)
  })

  it('requests for the keys get the same two, made once [O11]', async () => {
    const sets = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const response = await world.fetch('http://127.0.0.1:8788/cdn-cgi/access/certs')
        return response.text()
      }),
    )
    expect(new Set(sets).size).toBe(1)
  })
})
