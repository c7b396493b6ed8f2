import { describe, expect, it } from 'vitest'
import { missingFrom } from '../../.ci/complete-lock'
import lock from '../../package-lock.json'

const packages: Parameters<typeof missingFrom>[0] = lock.packages

describe('package-lock.json', () => {
  it('has an entry for every optional package of every platform (npm run lock adds them)', () => {
    expect(missingFrom(packages)).toEqual({})
  })

  it.each([
    ['@biomejs/cli-linux-x64-musl', { cpu: ['x64'], dev: true, libc: ['musl'], os: ['linux'] }],
    ['@cloudflare/workerd-darwin-arm64', { cpu: ['arm64'], dev: true, os: ['darwin'] }],
    ['@cloudflare/workerd-windows-64', { cpu: ['x64'], dev: true, os: ['win32'] }],
  ])('is incomplete without %s', (name, platform) => {
    const path = `node_modules/${name}`
    const { [path]: entry, ...others } = packages
    const missing = { version: entry?.version, optional: true, ...platform }
    expect(missingFrom(others)).toEqual({ [path]: missing })
  })

  it('is incomplete if an entry has another version than its dependent requires', () => {
    const path = 'node_modules/@cloudflare/workerd-darwin-64'
    const stale = { ...packages, [path]: { ...packages[path], version: '1.0.0' } }
    expect(Object.keys(missingFrom(stale))).toEqual([`node_modules/workerd/${path}`])
  })

  it('contains no address of a registry', () => {
    expect(JSON.stringify(lock)).not.toContain('"resolved"')
  })
})
