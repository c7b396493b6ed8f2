import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Person } from '../support/person'
import { type Server, startServer } from '../support/server'

const ROOT = join(import.meta.dirname, '../..')
const APPLICATION = join(import.meta.dirname, '../worker-origin/wrangler.jsonc')
const SERVICE = { client_id: 'machine.access', client_secret: 'a-secret' }
const AUD = 'a'.repeat(64)
const DOCS_AUD = 'd'.repeat(64)
const NOTHING = { aud: null, identity: null }
// The header by which a client could try to be another person.
const FORGED = {
  'mf-access-blob': JSON.stringify({ app_aud: 'forged', jwt_claims: { email: 'eve@example.com' } }),
}

let server: Server
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-worker-origin-'))
  server = await startServer(['-c', await emulatorConfig(), '-c', APPLICATION, ...settings()])
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('ctx.access of an application that is a Worker [K29]', () => {
  it("has the application's aud, and the person of a browser's cookie", async () => {
    const ada = await browser('/', 'ada@example.com')
    expect(answerTo(ada)).toMatchObject({ aud: AUD, identity: { email: 'ada@example.com' } })
  })

  it('returns from getIdentity() the response of get-identity', async () => {
    const ada = await browser('/', 'ada@example.com')
    const { identity } = answerTo(ada)
    await ada.open(`${server.app}/cdn-cgi/access/get-identity`)
    const document = JSON.parse(ada.page?.html.text ?? '')
    expect(document).toMatchObject({ name: 'Ada', groups: [{ name: 'engineering' }] })
    // A browser receives its token a moment after it has signed in.
    expect(identity).toEqual({ ...document, iat: expect.any(Number) })
  })

  it('has the person of a Managed OAuth access token', async () => {
    await server.control('PUT', 'auto-sign-in', { email: 'grace@example.com' })
    const { tokens } = await server.client.connect()
    await server.control('PUT', 'auto-sign-in', null)
    const answer = await ask('/mcp', { authorization: `Bearer ${tokens.access_token}`, ...FORGED })
    expect(answer).toMatchObject({ aud: AUD, identity: { email: 'grace@example.com' } })
  })

  it('belongs to the request: two simultaneous people each have their own', async () => {
    const emails = ['ada@example.com', 'grace@example.com']
    const people = await Promise.all(emails.map((email) => browser('/', email)))
    const rounds = Array.from({ length: 10 }, () => people).flat()
    const answers = await Promise.all(
      rounds.map((person) => ask('/', { cookie: person.cookies('localhost') })),
    )
    expect(answers.map(({ identity }) => identity?.email)).toEqual(
      rounds.map((_, index) => emails[index % 2]),
    )
  })

  it('has the aud of the application that covers the path', async () => {
    const ada = await browser('/docs', 'ada@example.com')
    expect(answerTo(ada)).toMatchObject({ aud: DOCS_AUD, identity: { email: 'ada@example.com' } })
  })

  it('has an aud and no person for a service token [O13]', async () => {
    expect(await ask('/', { ...service, ...FORGED })).toEqual({ aud: AUD, identity: null })
  })

  it('does not exist for a bypass, whatever the client sends', async () => {
    expect(await ask('/public', {})).toEqual(NOTHING)
    expect(await ask('/public', FORGED)).toEqual(NOTHING)
  })

  it('does not exist for a bypass, even if the client could log in', async () => {
    const ada = await browser('/', 'ada@example.com')
    expect(await ask('/public', { cookie: ada.cookies('localhost') })).toEqual(NOTHING)
  })

  it('cannot be forged by the header that carries it', async () => {
    const ada = await browser('/', 'ada@example.com')
    const answer = await ask('/', { cookie: ada.cookies('localhost'), ...FORGED })
    expect(answer).toMatchObject({ aud: AUD, identity: { email: 'ada@example.com' } })
    expect((await server.fetch(`${server.app}/`, { headers: FORGED })).status).toBe(401)
  })
})

type Answer = { aud: string | null; identity: { email: string } | null }

const service = {
  'cf-access-client-id': SERVICE.client_id,
  'cf-access-client-secret': SERVICE.client_secret,
}

/** The response of the application to a client. */
async function ask(path: string, headers: Record<string, string>): Promise<Answer> {
  const response = await server.fetch(server.app + path, { headers })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

/** A browser in which this person has logged in at this path. */
async function browser(path: string, email: string): Promise<Person> {
  const hosts = [server.app, server.team].map((url) => new URL(url).host)
  const person = await new Person(server.fetch, hosts).open(server.app + path)
  return person.press(email)
}

function answerTo(person: Person): Answer {
  expect(person.page?.status).toBe(200)
  return JSON.parse(person.page?.html.text ?? '')
}

/** As in the README: the emulator's own configuration, with the application bound to it. */
async function emulatorConfig(): Promise<string> {
  const config = join(folder, 'wrangler.toml')
  const own = await readFile(join(ROOT, 'wrangler.toml'), 'utf8')
  const moved = own.replace('"src/index.ts"', JSON.stringify(join(ROOT, 'src/index.ts')))
  await writeFile(config, `${moved}\n[[services]]\nbinding = "ORIGIN"\nservice = "application"\n`)
  return config
}

function settings(): string[] {
  const everybody = { name: 'Everybody', decision: 'allow', include: [{ everyone: {} }] }
  const machines = {
    name: 'Machines',
    decision: 'non_identity',
    include: [{ any_valid_service_token: {} }],
  }
  const open = { name: 'Open', decision: 'bypass', include: [{ everyone: {} }] }
  const applications = [
    {
      name: 'Whole',
      domain: '*',
      aud: AUD,
      policies: [everybody, machines],
      oauth_configuration: {
        enabled: true,
        dynamic_client_registration: { enabled: true, allow_any_on_localhost: true },
      },
    },
    { name: 'Docs', domain: 'localhost/docs', aud: DOCS_AUD, policies: [everybody] },
    { name: 'Public', domain: 'localhost/public', policies: [open] },
  ]
  return [
    ...['--var', `APPLICATIONS:${JSON.stringify(applications)}`],
    ...[
      '--var',
      `SERVICE_TOKENS:${JSON.stringify([{ id: 'machine', name: 'Machine', ...SERVICE }])}`,
    ],
  ]
}
