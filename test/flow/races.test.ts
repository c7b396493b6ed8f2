import { beforeEach, describe, expect, it } from 'vitest'
import { Client, tokensOf } from '../support/client'
import { ADA, clientOf, emulator, stopClock, TEAM } from '../support/emulator'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

/** Sends fifty requests at once and returns the responses: those that won, and those that lost. */
async function fifty(send: () => Promise<Response>) {
  const responses = await Promise.all(Array.from({ length: 50 }, send))
  const won = responses.filter(({ status }) => status === 200)
  return { won, lost: responses.filter((response) => !won.includes(response)) }
}

/** Expects that exactly one of fifty won, and returns its tokens. */
async function onlyWinner({ won, lost }: Awaited<ReturnType<typeof fifty>>, loss: string | RegExp) {
  expect([won.length, lost.length]).toEqual([1, 49])
  for (const response of lost) await expect(response).toBeRefused('invalid_grant', loss)
  return tokensOf(won[0] ?? Response.error())
}

describe('Of fifty requests at once', () => {
  it('one redeems a code; the others are refused and end its grant [T8]', async () => {
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    const outcome = await fifty(() => client.exchange(client_id, code))
    const tokens = await onlyWinner(outcome, /used before/)
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    await expect(client.refresh(client_id, tokens.refresh_token)).toBeRefused('invalid_grant')
  })

  it('one rotates a refresh token; the others are refused and end its grant [T13]', async () => {
    const { clientId, tokens: first } = await client.connect()
    const outcome = await fifty(() => client.refresh(clientId, first.refresh_token))
    const tokens = await onlyWinner(outcome, /used before|revoked/)
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
  })

  it('all that refresh within the grace window receive one pair, which is valid (REFRESH_TOKEN_GRACE)', async () => {
    const grace = clientOf({ REFRESH_TOKEN_GRACE: '10s' })
    const { clientId, tokens: first } = await grace.connect()
    const { won, lost } = await fifty(() => grace.refresh(clientId, first.refresh_token))
    expect(lost).toEqual([])
    const pairs = await Promise.all(won.map((response) => tokensOf(response)))
    expect(new Set(pairs.map(({ access_token }) => access_token)).size).toBe(1)
    expect(new Set(pairs.map(({ refresh_token }) => refresh_token)).size).toBe(1)
    await expect(grace.request('/whoami', pairs[0]?.access_token)).toBeAdmitted()
    expect((await grace.refresh(clientId, pairs[0]?.refresh_token ?? '')).status).toBe(200)
  })

  it('one refreshes and its pair stays valid if reuse ends no grant (REFRESH_TOKEN_REUSE)', async () => {
    const lenient = clientOf({ REFRESH_TOKEN_REUSE: 'refuse' })
    const { clientId, tokens: first } = await lenient.connect()
    const outcome = await fifty(() => lenient.refresh(clientId, first.refresh_token))
    const tokens = await onlyWinner(outcome, /used before/)
    await expect(lenient.request('/whoami', tokens.access_token)).toBeAdmitted()
    expect((await lenient.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('each registration gets a client of its own', async () => {
    const responses = await Promise.all(Array.from({ length: 50 }, () => client.registration()))
    expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(201))
    const clients = await Promise.all(
      responses.map(async (response) => (await response.json()) as { client_id: string }),
    )
    expect(new Set(clients.map(({ client_id }) => client_id)).size).toBe(50)
  })

  it('each request for the keys gets the same set [O11]', async () => {
    const { won, lost } = await fifty(() => world.fetch(`${TEAM}/cdn-cgi/access/certs`))
    expect(lost).toEqual([])
    const sets = await Promise.all(won.map((response) => response.text()))
    expect(new Set(sets).size).toBe(1)
    expect((JSON.parse(sets[0] ?? '') as { keys: object[] }).keys.length).toBeGreaterThan(1)
  })
})
