import { expectTypeOf, it } from 'vitest'
import type { RequestDecision } from '../../src/events/request-event'

// Decided when the tests are compiled.
it('A decision has every fact of its kind', () => {
  const why = 'The code is redeemed.'
  const facts = { kind: 'token', grantType: 'authorization_code', hasVerifier: true, why } as const
  expectTypeOf({ ...facts, expiresInSeconds: 900 }).toExtend<RequestDecision>()
  expectTypeOf(facts).not.toExtend<RequestDecision>()
  expectTypeOf({ kind: 'login', why } as const).not.toExtend<RequestDecision>()
  expectTypeOf({ kind: 'challenge', response: '403', why } as const).not.toExtend<RequestDecision>()
})
