import { describe, expect, it } from 'vitest'
import { isLoopback, isLoopbackLiteral } from '../../src/oauth/loopback'

describe('Loopback', () => {
  it.each(['localhost', 'a.localhost', 'a.b.localhost', '127.0.0.1', '127.255.0.3', '[::1]'])(
    'is %s',
    (hostname) => {
      expect(isLoopback(hostname)).toBe(true)
    },
  )

  it.each([
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '127.evil.example',
    '1127.0.0.1',
    '128.0.0.1',
    '0.0.0.0',
    '[::]',
    '[::ffff:7f00:1]',
    'localhost.localdomain',
    '',
  ])('is not %j', (hostname) => {
    expect(isLoopback(hostname)).toBe(false)
  })
})

describe('A loopback literal', () => {
  it.each(['127.0.0.1', '127.255.0.3', '[::1]'])('is %s', (hostname) => {
    expect(isLoopbackLiteral(hostname)).toBe(true)
  })

  it.each(['localhost', 'a.localhost', '127.0.0.1.evil.example', '1127.0.0.1', '[::]', ''])(
    'is not %j',
    (hostname) => {
      expect(isLoopbackLiteral(hostname)).toBe(false)
    },
  )
})
