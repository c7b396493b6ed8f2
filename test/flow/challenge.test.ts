import { describe, expect, it } from 'vitest'
import { APP, emulator } from '../support/emulator'

const { fetch } = emulator()

describe('A request without a credential', () => {
  it('is answered 401 [U1]', async () => {
    const response = await fetch(`${APP}/`, { headers: { accept: '*/*' } })
    expect(response.status).toBe(401)
  })
})
