import { expect, it } from 'vitest'
import type { OAuthClient } from '../../src/account/oauth/oauth-client'
import type { Edit } from '../../src/store/configuration'
import type { Resolver } from '../../src/store/emulator/dns'
import { Domains } from '../../src/store/emulator/domains'

const NOW = 1_800_000_000
const TEXT = 'cloudflare_oauth_client_publisher=secret'

function client(name: string): OAuthClient {
  return {
    client_id: 'one',
    client_name: name,
    client_uri: 'https://app.example/',
    client_uri_verification: { status: 'pending', text: TEXT, startedAtSeconds: NOW },
  } as Partial<OAuthClient> as OAuthClient
}

function world(lookUp: (host: string) => Promise<string[]>) {
  const edits: Edit[] = []
  const alarms: number[] = []
  const resolver: Resolver = { lookUpIn: () => lookUp, againAfterMs: 3000 }
  const storage = { kv: new Map(), setAlarm: (at: number) => alarms.push(at - Date.now()) }
  const clients = {
    all: () => [...edits],
    keep: (changed: Edit[]) => void edits.splice(0, edits.length, ...changed),
  }
  const save = (value: OAuthClient) => clients.keep([{ kind: 'oauthClients', id: 'one', value }])
  const domains = new Domains(
    storage as unknown as ConstructorParameters<typeof Domains>[0],
    resolver,
    clients,
  )
  const saved = () => edits[0]?.value as OAuthClient
  return { domains, alarms, save, saved }
}

it('a domain is verified by its TXT record, and then no longer looked up [C10]', async () => {
  const { domains, alarms, save, saved } = world(async (host) =>
    host === 'app.example' ? [TEXT] : [],
  )
  save(client('App'))
  await domains.verify(NOW)
  expect(saved().client_uri_verification?.status).toBe('verified')
  expect(alarms).toEqual([])
})

it('a look-up that fails is repeated, and decides nothing', async () => {
  const { domains, alarms, save, saved } = world(() => Promise.reject(new Error('no response')))
  save(client('App'))
  await domains.verify(NOW)
  expect(saved().client_uri_verification?.status).not.toBe('verified')
  expect(alarms).toHaveLength(1)
  expect(alarms[0]).toBeGreaterThan(2000)
})

it('an edit during the look-up is not overwritten', async () => {
  const found = Promise.withResolvers<string[]>()
  const { domains, save, saved } = world(() => found.promise)
  save(client('Before'))
  const verifying = domains.verify(NOW)
  save(client('After'))
  found.resolve([TEXT])
  await verifying
  expect(saved()).toMatchObject({
    client_name: 'After',
    client_uri_verification: { status: 'verified' },
  })
})

it('an edit that starts the verification anew is not verified by an earlier look-up', async () => {
  const found = Promise.withResolvers<string[]>()
  const { domains, save, saved } = world(() => found.promise)
  save(client('App'))
  const verifying = domains.verify(NOW)
  const anew = { status: 'pending', text: 'another', startedAtSeconds: NOW + 1 } as const
  save({ ...client('App'), client_uri_verification: anew })
  found.resolve([TEXT])
  await verifying
  expect(saved().client_uri_verification).toEqual(anew)
})
