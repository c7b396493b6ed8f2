import { expect, it } from 'vitest'
import { endpointsOf, isElsewhere } from '../../src/mcp/endpoints'

const tried = (hostname: string, isViaGateway = false) =>
  endpointsOf(hostname, isViaGateway).map(({ transport, url }) => `${transport} ${url}`)

it.each([
  ['https://docs.example.net/mcp', ['streamable-http https://docs.example.net/mcp']],
  ['https://docs.example.net/v1/sse?key=1', ['sse https://docs.example.net/v1/sse?key=1']],
  [
    'https://docs.example.net/api/',
    [
      'streamable-http https://docs.example.net/api/',
      'sse https://docs.example.net/api/',
      'streamable-http https://docs.example.net/api/mcp',
      'sse https://docs.example.net/api/sse',
    ],
  ],
])('tries the endpoints of %s in the documented order [MP64]', (hostname, expected) => {
  expect(tried(hostname)).toEqual(expected)
})

it.each([
  ['https://docs.example.net/sse', ['streamable-http https://docs.example.net/sse']],
  [
    'https://docs.example.net/api',
    [
      'streamable-http https://docs.example.net/api',
      'streamable-http https://docs.example.net/api/mcp',
    ],
  ],
])('tries %s with Streamable HTTP only through the gateway [MP64]', (hostname, expected) => {
  expect(tried(hostname, true)).toEqual(expected)
})

it('goes on to the next endpoint after 404, 405 and 406 only [MP64]', () => {
  const statuses = [undefined, 200, 301, 400, 401, 403, 404, 405, 406, 410, 500]
  expect(statuses.filter(isElsewhere)).toEqual([404, 405, 406])
})
