import type { Client, Fetch, Tokens } from './client'
import { type Control, controlOf } from './control'
import { Person } from './person'

/** The size of a store, by its state. */
export type Sizes = Record<string, number>

type State = {
  clients: Record<string, unknown>
  sessions: Record<string, unknown>
  grants: unknown[]
  dashboard_grants: unknown[]
  emulator: { state: { revocations: { entries: object } }; tables: Record<string, unknown[]> }
}

export async function sizesOf(control: Control): Promise<Sizes> {
  const response = await control('GET', 'state')
  const text = await response.text()
  const state = JSON.parse(text) as State
  const { tables } = state.emulator
  return {
    clients: Object.keys(state.clients).length,
    sessions: Object.keys(state.sessions).length,
    grants: state.grants.length,
    dashboardGrants: state.dashboard_grants.length,
    revocations: Object.keys(state.emulator.state.revocations.entries).length,
    ...Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, rows.length])),
    characters: text.length,
  }
}

/** A client's whole flow, while automatic sign-in is on, with a refresh token that is reused. */
export async function clientFlow(client: Client, clientId: string): Promise<void> {
  const exchange = await succeeded(client.exchange(clientId, await client.code(clientId)))
  const first = (await exchange.json()) as Tokens
  const refresh = await succeeded(client.refresh(clientId, first.refresh_token))
  const next = (await refresh.json()) as Tokens
  await succeeded(client.request('/whoami', next.access_token))
  // A code that is never redeemed.
  await client.code(clientId)
}

/** A browser's sign-in and sign-out, while automatic sign-in is off. */
export async function browserFlow(fetch: Fetch, app: string, team: string): Promise<void> {
  const hosts = [new URL(app).host, new URL(team).host]
  const person = await new Person(fetch, hosts).open(`${app}/whoami`)
  await person.press('ada@example.com')
  if (person.page?.url !== `${app}/whoami`) throw new Error(`not signed in: ${person.page?.text}`)
  await person.open(`${app}/cdn-cgi/access/logout`)
}

/** Creates and deletes a record of the API. */
export async function apiFlow(fetch: Fetch, app: string): Promise<void> {
  const path = `${app}/client/v4/accounts/${'a'.repeat(32)}/access/tags`
  const headers = { authorization: 'Bearer anything', 'content-type': 'application/json' }
  const name = crypto.randomUUID().slice(0, 8)
  await succeeded(fetch(path, { method: 'POST', headers, body: JSON.stringify({ name }) }))
  await succeeded(fetch(`${path}/${name}`, { method: 'DELETE', headers }))
}

/**
 * Runs this number of flows, `together` at a time, and moves the clock after each batch.
 *
 * @param look receives the number of flows after each batch
 */
export async function soak(
  client: Client,
  flows: number,
  together: number,
  advance: string,
  look: (done: number) => Promise<void>,
): Promise<void> {
  const control = controlOf(client.fetch, client.app)
  const { client_id: clientId } = await client.register()
  for (let done = 0; done < flows; done += together) {
    const lot = Math.min(together, flows - done)
    await control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
    await Promise.all(Array.from({ length: lot }, () => clientFlow(client, clientId)))
    await control('PUT', 'auto-sign-in', null)
    await browserFlow(client.fetch, client.app, client.team)
    await apiFlow(client.fetch, client.app)
    await succeeded(control('PATCH', 'clock', { advance }))
    await look(done + lot)
  }
}

async function succeeded(request: Promise<Response>): Promise<Response> {
  const response = await request
  if (response.ok) return response
  throw new Error(`${response.status} ${response.url} ${await response.text()}`)
}
