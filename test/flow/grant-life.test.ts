import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Client, type Tokens } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, application, emulator, stopClock } from '../support/emulator'
import { GrantModel, type Outcome, type Pair, type Rules } from '../support/grant-model'
import { isWorkerd, size } from '../support/size'

stopClock()
const RUNS = size(isWorkerd ? 20 : 40, 3000)
const COMMANDS = 40
const RUNS_PER_EPOCH = 10

const APPLICATION = { session_duration: '2h' }
const CLOSED = {
  ...APPLICATION,
  policies: [{ name: 'Nobody', decision: 'allow', include: [{ email: { email: 'b@c.d' } }] }],
}
const VARIANTS: { title: string; settings: Record<string, string>; rules: Partial<Rules> }[] = [
  { title: 'as it is', settings: {}, rules: {} },
  {
    title: 'with a grace window',
    settings: { REFRESH_TOKEN_GRACE: '60s' },
    rules: { graceSeconds: 60 },
  },
  {
    title: 'with a grace window that is longer than an access token lives',
    settings: { REFRESH_TOKEN_GRACE: '20m' },
    rules: { graceSeconds: 1200 },
  },
  {
    title: 'where reuse is only refused',
    settings: { REFRESH_TOKEN_REUSE: 'refuse' },
    rules: { onReuse: 'refuse' },
  },
]

type Model = { now: number; grants: GrantModel[]; isOpen: boolean }
type Real = { own: string; foreign: string; open: Client; closed: Client }
type Command = fc.AsyncCommand<Model, Real>

const clientOf = (model: Model, real: Real) => (model.isOpen ? real.open : real.closed)

async function outcomeOf(response: Response): Promise<Outcome> {
  if (response.ok) return 'ok'
  return ((await response.json()) as { error_description: string }).error_description
}

const pairOf = ({ access_token, refresh_token }: Tokens): Pair => ({
  access: access_token,
  refresh: refresh_token,
})

// Any number selects one of the existing items; if none exists yet, the command does not apply.
const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T

/** A step that needs a grant, which any number selects. */
function step(
  name: string,
  grantIndex: number,
  run: (model: Model, real: Real, grant: GrantModel) => Promise<void>,
): Command {
  return {
    check: ({ grants }) => grants.length > 0,
    run: (model, real) => run(model, real, pick(model.grants, grantIndex)),
    toString: () => `${name}#${grantIndex}`,
  }
}

const authorize = (rules: Rules): Command => ({
  check: ({ isOpen, grants }) => isOpen && grants.length < 4,
  async run(model, { open, own }) {
    model.grants.push(new GrantModel(await open.code(own), rules, model.now))
  },
  toString: () => 'authorize',
})

const redeem = (index: number, isOwn: boolean, isVerifier: boolean) =>
  step(`redeem own=${isOwn} verifier=${isVerifier}`, index, async (model, real, grant) => {
    const expected = grant.redeem(model.now, isOwn, isVerifier)
    const response = await real.open.exchange(isOwn ? real.own : real.foreign, grant.code, {
      ...(!isVerifier && {
        code_verifier: 'another-verifier-of-at-least-43-characters-0123456789',
      }),
    })
    const copy = response.clone()
    expect(await outcomeOf(response)).toBe(expected)
    if (expected !== 'ok') return
    const tokens = (await copy.json()) as Tokens
    grant.redeemed(model.now, pairOf(tokens))
    expect(tokens.expires_in).toBe(grant.secondsLeft(model.now, tokens.access_token))
  })

// The newest token is the most interesting, then those before it, then texts that were never given.
const MADE_UP = `oauth:${'a'.repeat(65)}`
const NEVER_GIVEN = 5
function tokenAt(tokens: string[], index: number, other = MADE_UP): string {
  if (tokens.length === 0 || index === NEVER_GIVEN) return other
  return tokens.at(-1 - (Math.max(0, index - 6) % tokens.length)) ?? other
}

const refresh = (index: number, tokenIndex: number, isOwn: boolean) =>
  step(`refresh token=${tokenIndex} own=${isOwn}`, index, async (model, real, grant) => {
    const token = tokenAt(grant.refreshTokens, tokenIndex, grant.accessTokens[0])
    const isKnown = token !== MADE_UP
    const expected = isKnown
      ? grant.refresh(model.now, token, isOwn, model.isOpen)
      : 'refresh token is invalid'
    const response = await clientOf(model, real).refresh(isOwn ? real.own : real.foreign, token)
    const copy = response.clone()
    const answer = await outcomeOf(response)
    if (typeof expected === 'string') expect(answer).toBe(expected)
    if (expected !== 'ok' && typeof expected === 'string') return
    const tokens = (await copy.json()) as Tokens
    // Within the grace window the same pair is returned again.
    if (typeof expected === 'object') expect(pairOf(tokens)).toEqual(expected.pair)
    else grant.refreshed(model.now, pairOf(tokens))
    expect(tokens.expires_in).toBe(grant.secondsLeft(model.now, tokens.access_token))
  })

const twoRefreshes = (index: number) =>
  step('two refreshes at once', index, async (model, real, grant) => {
    const token = tokenAt(grant.refreshTokens, 0, grant.accessTokens[0])
    if (!grant.refreshTokens.includes(token)) return
    const client = clientOf(model, real)
    const responses = await Promise.all([
      client.refresh(real.own, token),
      client.refresh(real.own, token),
    ])
    const first = grant.refresh(model.now, token, true, model.isOpen)
    const won = responses.find(({ ok }) => ok)
    if (first === 'ok' && won) grant.refreshed(model.now, pairOf(await won.clone().json()))
    const second = grant.refresh(model.now, token, true, model.isOpen)
    const expected = [first, second].map((each) => (typeof each === 'string' ? each : 'ok'))
    const answers = await Promise.all(responses.map(outcomeOf))
    expect(answers.toSorted()).toEqual(expected.toSorted())
  })

const revoke = (index: number, tokenIndex: number, isAccess: boolean, isOwn: boolean) =>
  step(
    `revoke access=${isAccess} token=${tokenIndex} own=${isOwn}`,
    index,
    async (_, real, grant) => {
      const token = tokenAt(
        isAccess ? grant.accessTokens : grant.refreshTokens,
        tokenIndex,
        undefined,
      )
      const response = await real.open.postForm('/oauth/revoke', {
        client_id: isOwn ? real.own : real.foreign,
        token,
      })
      expect(await outcomeOf(response)).toBe(grant.revoke(token, isOwn))
    },
  )

// A code begins with the id of its grant.
const GRANT_ID_LENGTH = 22
const end = (index: number) =>
  step('end', index, async (_, { open }, grant) => {
    const id = grant.code.slice(0, GRANT_ID_LENGTH)
    const { status } = await controlOf(open.fetch)('DELETE', `grants/${id}`)
    expect(status).toBe(grant.end() ? 200 : 404)
  })

const use = (index: number) =>
  step('use every token', index, async (model, real, grant) => {
    for (const token of [...grant.accessTokens, ...grant.refreshTokens]) {
      const { status } = await real.open.request('/whoami', token)
      expect(status).toBe(grant.admits(model.now, token) ? 200 : 401)
    }
  })

const advance = (seconds: number): Command => ({
  check: () => true,
  async run(model, { open }) {
    const response = await controlOf(open.fetch)('PATCH', 'clock', { advance: `${seconds}s` })
    expect(response.status).toBe(200)
    model.now += seconds
  },
  toString: () => `advance ${seconds}`,
})

const changePolicies = (isOpen: boolean): Command => ({
  check: (model) => model.isOpen !== isOpen,
  async run(model) {
    model.isOpen = isOpen
  },
  toString: () => `policies open=${isOpen}`,
})

const restart: Command = {
  check: () => true,
  async run({ grants }, { open }) {
    const control = controlOf(open.fetch)
    const state = await (await control('GET', 'state')).json()
    expect((await control('PUT', 'state', state)).status).toBe(200)
    for (const grant of grants) grant.restart()
  },
  toString: () => 'restart',
}

const grantIndex = fc.nat({ max: 3 })
// fast-check prefers the ends of a range.
const tokenIndex = fc.nat({ max: 9 })
// One in eight is a foreign client's, or has the wrong verifier.
const isRight = fc.nat({ max: 7 }).map((number) => number > 0)
const commandsFor = (rules: Rules) => [
  fc.constant(authorize(rules)),
  fc.tuple(grantIndex, isRight, isRight).map((each) => redeem(...each)),
  fc.tuple(grantIndex, tokenIndex, isRight).map((each) => refresh(...each)),
  fc.tuple(grantIndex, tokenIndex, isRight).map((each) => refresh(...each)),
  fc.tuple(grantIndex, tokenIndex, isRight).map((each) => refresh(...each)),
  grantIndex.map(twoRefreshes),
  fc.tuple(grantIndex, tokenIndex, fc.boolean(), isRight).map((each) => revoke(...each)),
  grantIndex.map(use),
  grantIndex.map(use),
  fc.constantFrom(1, 29, 30, 59, 60, 899, 900, 1000, 7200).map(advance),
  fc.boolean().map(changePolicies),
  // A rarity, because little happens after it.
  fc.tuple(fc.nat({ max: 3 }), grantIndex).map(([rare, index]) => (rare ? use(index) : end(index))),
  // Rarely, because a load takes longer than all other steps.
  fc.constantFrom(restart, ...Array(4).fill(changePolicies(true))),
]

describe('The Worker and a model of a grant agree on every response', () => {
  it.each(VARIANTS)(
    '$title',
    async ({ settings, rules: changes }) => {
      const rules: Rules = {
        accessTokenSeconds: 900,
        sessionSeconds: 7200,
        codeSeconds: 60,
        graceSeconds: 0,
        onReuse: 'revoke',
        ...changes,
      }
      const world = emulator({ ...settings, APPLICATIONS: [application(APPLICATION)] })
      const open = new Client(world.fetch)
      const closed = new Client(
        emulator({ ...settings, APPLICATIONS: [application(CLOSED)] }).fetch,
      )
      let runs = 0
      const property = fc.asyncProperty(
        fc.commands(commandsFor(rules), { maxCommands: COMMANDS, size: 'max' }),
        async (commands) => {
          // Now and then only: most lives share an epoch.
          if (runs++ % RUNS_PER_EPOCH === 0) {
            await world.reset()
            await world.signIn(ADA)
          }
          const { client_id: own } = await open.register()
          const { client_id: foreign } = await open.register()
          // Two that are redeemed, because most of a life comes after that, and one that is not.
          const codes = await Promise.all([open.code(own), open.code(own), open.code(own)])
          const grants = codes.map((code) => new GrantModel(code, rules, 0))
          const model: Model = { now: 0, grants, isOpen: true }
          const real: Real = { own, foreign, open, closed }
          await redeem(0, true, true).run(model, real)
          await redeem(1, true, true).run(model, real)
          await fc.asyncModelRun(() => ({ model, real }), commands)
        },
      )
      await fc.assert(property, { numRuns: Math.ceil(RUNS / VARIANTS.length) })
    },
    1_800_000,
  )
})
