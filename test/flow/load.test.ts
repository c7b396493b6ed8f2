import { beforeEach, describe, expect, it } from 'vitest'
import { Client, tokensOf } from '../support/client'
import { ADA, clientOf, emulator, stopClock } from '../support/emulator'
import { size } from '../support/size'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
const grace = clientOf({ REFRESH_TOKEN_GRACE: '10s' })

const GRANTS = size(24, 1000)
const ROUNDS = size(5, 20)
const CALLERS = 4
const LONG = 1_800_000

// At full size, the reset after 80,000 refreshes takes ten seconds in workerd, and more on a busy machine.
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
}, LONG)

// As many requests are under way at once as there are grants and callers.
const each = <T>(work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: GRANTS }, (_, index) => work(index)))

const atOnce = <T>(send: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: CALLERS }, send))

describe(`${GRANTS} grants at once, ${CALLERS} callers for each`, () => {
  it(
    'get one pair in every round within a grace window, and no grant ends',
    async () => {
      const { client_id: clientId } = await client.register()
      const lasts = await each(async () => {
        let tokens = await tokensOf(grace.exchange(clientId, await grace.code(clientId)))
        for (let round = 0; round < ROUNDS; round++) {
          const { refresh_token: current } = tokens
          const answers = await atOnce(async () => tokensOf(grace.refresh(clientId, current)))
          expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
          expect(answers[0]?.refresh_token).toMatch(/^oauth:/)
          expect(answers[0]?.refresh_token).not.toBe(current)
          tokens = answers[0] ?? tokens
        }
        return tokens
      })
      expect(new Set(lasts.map(({ access_token }) => access_token)).size).toBe(GRANTS)
      for (const { access_token } of lasts)
        await expect(client.request('/whoami', access_token)).toBeAdmitted()
    },
    LONG,
  )

  it(
    'without a grace window: one gets a pair, and the reuse ends that grant and no other [T13]',
    async () => {
      const { client_id: clientId } = await client.register()
      // Every second grant is refreshed by one caller alone, and is not to feel the others.
      await each(async (index) => {
        let tokens = await tokensOf(client.exchange(clientId, await client.code(clientId)))
        for (let round = 0; round < ROUNDS; round++) {
          tokens = await tokensOf(client.refresh(clientId, tokens.refresh_token))
        }
        await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
        if (index % 2 === 0) {
          const answers = await atOnce(() => client.refresh(clientId, tokens.refresh_token))
          const won = answers.filter(({ ok }) => ok)
          const lost = answers.filter(({ ok }) => !ok)
          expect(won).toHaveLength(1)
          expect(lost).toHaveLength(CALLERS - 1)
          for (const response of lost) await expect(response).toBeRefused('invalid_grant')
          const winner = await tokensOf(won[0] as Response)
          await expect(client.request('/whoami', winner.access_token)).not.toBeAdmitted()
          await expect(client.refresh(clientId, winner.refresh_token)).toBeRefused('invalid_grant')
          return
        }
        const next = await client.refresh(clientId, tokens.refresh_token)
        expect(next.status).toBe(200)
        await expect(client.request('/whoami', (await tokensOf(next)).access_token)).toBeAdmitted()
      })
    },
    LONG,
  )

  it(
    'redeem a code: one succeeds, and any other redemption ends the grant [T8]',
    async () => {
      const { client_id: clientId } = await client.register()
      await each(async (index) => {
        const code = await client.code(clientId)
        // A grant whose code is redeemed once lasts beside those that end.
        const callers = index % 2 === 0 ? CALLERS : 1
        const answers = await Promise.all(
          Array.from({ length: callers }, () => client.exchange(clientId, code)),
        )
        const won = answers.filter(({ ok }) => ok)
        expect(won).toHaveLength(1)
        const tokens = await tokensOf(won[0] as Response)
        const lost = answers.filter(({ ok }) => !ok)
        for (const response of lost) await expect(response).toBeRefused('invalid_grant')
        if (callers > 1) {
          await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
          return
        }
        await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
        await expect(client.exchange(clientId, code)).toBeRefused('invalid_grant')
        await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
        await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
      })
    },
    LONG,
  )
})
