import { describe, expect, it } from 'vitest'
import { originUrlSchema } from '../../src/access/origin-url'

const isOriginUrl = (text: string) => originUrlSchema.safeParse(text).success

describe('The URL of an origin', () => {
  it.each([
    'http://localhost:3000',
    'http://localhost:3000/',
    'https://app.example',
    'http://[::1]:3000',
  ])('is a scheme and a host: %s', (url) => {
    expect(isOriginUrl(url)).toBe(true)
  })

  it.each([
    ['localhost:3000', 'no scheme'],
    ['', 'nothing'],
    ['ftp://app.example', 'another scheme'],
    ['ws://app.example', 'the scheme of WebSockets'],
    ['http://user@app.example', 'a user'],
    ['http://:secret@app.example', 'a password'],
    ['http://app.example/path', 'a path'],
    ['http://app.example/?a', 'a query'],
    ['http://app.example/#a', 'a fragment'],
  ])('is not %j: %s', (url) => {
    expect(isOriginUrl(url)).toBe(false)
  })
})
