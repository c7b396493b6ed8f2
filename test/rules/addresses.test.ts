import { describe, expect, it } from 'vitest'
import { addressesOf, anyHostFrom } from '../../src/access/addresses'
import { applicationWith } from './applications'

describe('The address at which a browser opens an application', () => {
  const TEAM = new URL('http://127.0.0.1:8788/cdn-cgi/access/logout')
  it.each([
    ['demo.test', 'http://demo.test:8788/'],
    ['demo.test:9000/mcp', 'http://demo.test:9000/mcp'],
    ['demo.test/a/*/b', 'http://demo.test:8788/a'],
    ['*', 'http://localhost:8788/'],
    ['*/mcp', 'http://localhost:8788/mcp'],
    ['*.demo.test', undefined],
  ])('%s: %s', async (domain, expected) => {
    const applications = [await applicationWith({ domain })]
    const [address] = addressesOf(applications, TEAM, anyHostFrom(TEAM))
    expect(address?.url).toBe(expected)
  })

  it.each([
    ['https://team.example', 'https://team.example'],
    ['http://127.0.0.1:8788', 'http://localhost:8788'],
    ['http://localhost', 'http://localhost'],
  ])('is, for every host, from %s: %s', (from, expected) => {
    expect(anyHostFrom(new URL(from))).toBe(expected)
  })
})
