import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mcpOfBody, mcpOfHeaders } from '../../src/events/mcp'

const none = new Headers()
const mcpClient = new Headers({ accept: 'application/json, text/event-stream' })

describe('The MCP message of a request', () => {
  it('is named by the headers of MCP 2026-07-28', () => {
    const headers = new Headers({
      'mcp-method': 'tools/call',
      'mcp-name': 'add',
      'mcp-protocol-version': '2026-07-28',
    })
    expect(mcpOfHeaders(headers)).toEqual({
      method: 'tools/call',
      name: 'add',
      protocolVersion: '2026-07-28',
    })
    expect(mcpOfHeaders(none)).toBeUndefined()
  })

  it.each([
    [{ jsonrpc: '2.0', method: 'ping' }, { method: 'ping' }],
    [
      { method: 'tools/call', params: { arguments: { name: 'x' }, name: 'add' }, jsonrpc: '2.0' },
      { method: 'tools/call', name: 'add' },
    ],
    [
      { jsonrpc: '2.0', method: 'resources/read', params: { uri: 'file:///a"b' } },
      { method: 'resources/read', name: 'file:///a"b' },
    ],
    [
      { jsonrpc: '2.0', method: 'initialize', params: { protocolVersion: '2025-06-18' } },
      { method: 'initialize', protocolVersion: '2025-06-18' },
    ],
    [[{ jsonrpc: '2.0', method: 'a' }, { method: 'b' }], { method: 'a' }],
    [{ jsonrpc: '2.0', result: { method: 'no' }, id: 1 }, undefined],
    [{ method: 'GET', path: '/' }, undefined],
    ['method', undefined],
  ])('is in the body %j', (body, expected) => {
    expect(mcpOfBody(JSON.stringify(body), none)).toEqual(expected)
  })

  it('is found although the rest of a long body is missing', () => {
    const body = `{"method":"tools/call","params":{"name":"add","arguments":{"text":"${'x'.repeat(5000)}`
    expect(mcpOfBody(body, mcpClient)).toEqual({ method: 'tools/call', name: 'add' })
    expect(mcpOfBody(body, none)).toBeUndefined()
  })

  it('takes the protocol version of the header before that of the body', () => {
    const body = '{"jsonrpc":"2.0","method":"initialize","params":{"protocolVersion":"a"}}'
    const headers = new Headers({ 'mcp-protocol-version': 'b' })
    expect(mcpOfBody(body, headers)?.protocolVersion).toBe('b')
  })

  it('is never longer than 200 characters a member, and no text fails', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((text) => text.slice(0, -3)),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const call = mcpOfBody(text, mcpClient)
        expect(Object.values(call ?? {}).every((each) => each.length <= 200)).toBe(true)
      }),
    )
    expect(mcpOfBody(`{"method":"${'m'.repeat(4000)}"}`, mcpClient)?.method).toHaveLength(200)
  })
})
