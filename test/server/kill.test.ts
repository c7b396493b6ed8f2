import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Tokens } from '../support/client'
import { type Server, startServer } from '../support/server'
import { size } from '../support/size'

const KILLS = size(1, 20)
const CLIENTS = 6
const LONGEST_MS = 1500

/** The responses that one client received before the server was killed. */
type Told = {
  clientId?: string
  code?: string
  /** The last pair. */
  tokens?: Tokens
  /** Every code that was redeemed, with the grant's last tokens. */
  redeemed: { clientId: string; code: string; tokens: Tokens; isRevoked: boolean }[]
  /** Refresh tokens whose rotation had a response. */
  spent: { clientId: string; refreshToken: string }[]
  /** The last request, which may or may not have had an effect. */
  asked?: 'redemption' | 'refresh' | 'revocation'
}

/** Goes through one grant after the other, as fast as it can, until the server is killed. */
async function traffic({ client }: Server, told: Told): Promise<never> {
  const { client_id: clientId } = await client.register()
  told.clientId = clientId
  for (let life = 0; ; life++) {
    delete told.asked
    const code = await client.code(clientId)
    told.code = code
    told.asked = 'redemption'
    let tokens = await tokensOf(await client.exchange(clientId, code))
    const grant = { clientId, code, tokens, isRevoked: false }
    told.redeemed.push(grant)
    for (let round = 0; round < 3; round++) {
      told.asked = 'refresh'
      const { refresh_token: refreshToken } = tokens
      tokens = await tokensOf(await client.refresh(clientId, refreshToken))
      told.spent.push({ clientId, refreshToken })
      grant.tokens = tokens
      delete told.asked
      expect((await client.request('/whoami', tokens.access_token)).status).toBe(200)
    }
    if (life % 2 === 0) continue
    told.asked = 'revocation'
    const form = { client_id: clientId, token: tokens.refresh_token }
    expect((await client.postForm('/oauth/revoke', form)).status).toBe(200)
    grant.isRevoked = true
  }
}

async function tokensOf(response: Response): Promise<Tokens> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${text}`)
  return JSON.parse(text) as Tokens
}

it(
  `every change that had a response survives a SIGKILL during token traffic, ${KILLS} times`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emulator-'))
    let server = await startServer([], folder)
    onTestFinished(async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    })
    await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
    let answers = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const all: Told[] = Array.from({ length: CLIENTS }, () => ({ redeemed: [], spent: [] }))
      const lives = all.map((told) => traffic(server, told).catch((error) => error as Error))
      await expect
        .poll(() => all.some(({ redeemed }) => redeemed.length > 0), { timeout: 30_000 })
        .toBe(true)
      await new Promise((resolve) => setTimeout(resolve, (LONGEST_MS * (kill + 1)) / KILLS))
      await server.stop()
      // They ended because no response came, and not because of a wrong response.
      for (const error of await Promise.all(lives)) {
        expect(error.message).toMatch(/fetch failed|terminated|other side closed/)
      }
      server = await startServer([], folder)
      for (const told of all) await holds(server, told)
      answers += all.reduce((sum, { redeemed, spent }) => sum + redeemed.length + spent.length, 0)
    }
    expect(answers).toBeGreaterThan(KILLS * CLIENTS)
  },
  size(240_000, 1_800_000),
)

async function holds({ client }: Server, told: Told): Promise<void> {
  const { asked, clientId, code, redeemed, spent } = told
  if (!clientId) return
  // A registration that had a response is stored.
  expect((await client.authorization(clientId)).status).toBe(302)
  const last = redeemed.at(-1)
  for (const grant of redeemed) {
    const mayBeRevoked = grant === last && asked === 'revocation'
    const { status } = await client.request('/whoami', grant.tokens.access_token)
    if (mayBeRevoked) expect([200, 401]).toContain(status)
    else expect(status).toBe(grant.isRevoked ? 401 : 200)
  }
  // The current refresh token is valid, unless its rotation or revocation may have had an effect.
  const isSettled = asked === undefined || asked === 'redemption'
  for (const grant of redeemed) {
    if (grant.isRevoked || (grant === last && !isSettled)) continue
    const response = await client.refresh(clientId, grant.tokens.refresh_token)
    grant.tokens = await tokensOf(response)
    expect((await client.request('/whoami', grant.tokens.access_token)).status).toBe(200)
  }
  // A code is valid for one redemption, unless a redemption of it had a response.
  const isOpen = code !== last?.code && asked !== 'redemption'
  if (code && isOpen) expect((await client.exchange(clientId, code)).status).toBe(200)
  for (const { refreshToken } of spent) {
    expect((await client.refresh(clientId, refreshToken)).status).toBe(400)
  }
  for (const grant of redeemed) {
    const response = await client.exchange(clientId, grant.code)
    expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await client.request('/whoami', grant.tokens.access_token)).status).toBe(401)
  }
}
