import { describe, expect, it } from 'vitest'
import { isBrowserNavigation } from '../../src/access/navigation'

const CHROME = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'
const MCP = 'application/json, text/event-stream'

describe('A browser navigation, which gets the login page instead of the 401,', () => {
  it.each<[string, Record<string, string>, string]>([
    ['GET', { accept: CHROME, 'sec-fetch-mode': 'navigate' }, 'a browser opens a page'],
    ['HEAD', { accept: CHROME, 'sec-fetch-mode': 'navigate' }, 'a browser asks for its head'],
    ['GET', { accept: CHROME }, 'plain http to another host: no Sec-Fetch headers'],
    ['GET', { accept: 'text/html' }, 'nothing but HTML will do'],
    ['GET', { accept: '*/*', 'sec-fetch-mode': 'navigate' }, 'a navigation that takes anything'],
    ['GET', { 'sec-fetch-mode': 'navigate' }, 'a navigation without Accept'],
  ])('is %s with %j: %s [U7]', (method, headers) => {
    expect(isBrowserNavigation(method, new Headers(headers))).toBe(true)
  })

  it.each<[string, Record<string, string>, string]>([
    ['GET', { accept: '*/*' }, 'curl, U1'],
    ['GET', {}, 'no headers at all, U1'],
    ['GET', { accept: 'application/json' }, 'httpx, U1'],
    ['GET', { accept: '*/*', 'sec-fetch-mode': 'cors' }, 'fetch of Node, U1'],
    ['GET', { accept: MCP }, 'an MCP client listens, U1'],
    ['GET', { accept: 'text/event-stream', 'sec-fetch-mode': 'cors' }, 'EventSource of a page'],
    ['GET', { accept: 'text/plain' }, 'another text'],
    ['GET', { accept: '*/*', 'sec-fetch-mode': 'no-cors' }, 'an image of a page'],
    ['GET', { accept: '*/*', 'sec-fetch-mode': 'websocket' }, 'a WebSocket of a page'],
    ['POST', { accept: MCP }, 'an MCP client asks, U6'],
    ['POST', { accept: CHROME, 'sec-fetch-mode': 'navigate' }, 'a form: its body would be lost'],
    ['PUT', { accept: 'text/html' }, 'no method of a navigation'],
    ['DELETE', { accept: 'text/html' }, 'no method of a navigation'],
    ['OPTIONS', { accept: 'text/html', 'sec-fetch-mode': 'navigate' }, 'no method of a navigation'],
  ])('is not %s with %j: %s', (method, headers) => {
    expect(isBrowserNavigation(method, new Headers(headers))).toBe(false)
  })
})
