import { afterAll, afterEach, describe, expect, it } from 'vitest'
import fidelityTable from '../../docs/fidelity.md?raw'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/node'
import { compare as command } from '../../src/node/commands/compare'
import { type Comparison, compare } from '../../src/node/compare'
import { evidenceOf, evidenceSchema } from '../../src/node/compare/evidence'
import { fidelity, rowsOf } from '../../src/node/compare/fidelity'
import { guarded } from '../../src/node/compare/hosts'
import { PROBES } from '../../src/node/compare/probes/index'
import { proposalOf } from '../../src/node/compare/proposal'
import { isSameSite } from '../../src/node/compare/same-site'
import { POLITE, sender } from '../../src/node/compare/send'
import { planOf, reportOf } from '../../src/node/compare/table'
import { FAULT_NAMES, type FaultName } from '../../src/switches/faults'
import { QUIRK_NAMES, type QuirkName } from '../../src/switches/quirks'
import { HostileServer, type Hostility, SECRETS } from '../support/hostile-server'
import { startOidcProvider, startWorkersOAuthProvider } from '../support/other-servers'

const AT_ONCE = {
  register: true,
  pace: { ...POLITE, intervalMs: 0 },
  mayReach: async () => false,
}
const ROWS = rowsOf(fidelityTable)

const running: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.close()
})

// A reset keeps the keys, which take longer to create than everything else.
let usual: Promise<Emulator> | undefined
afterAll(async () => (await usual)?.close())

async function emulator(options?: EmulatorOptions): Promise<Emulator> {
  if (options === undefined) {
    usual ??= startEmulator()
    await (await usual).reset()
    return usual
  }
  const started = await startEmulator(options)
  running.push(started)
  return started
}

async function differencesAt({ mcpUrl }: Emulator): Promise<string[]> {
  const { agreements, notSent } = await compare(new URL(mcpUrl), AT_ONCE)
  expect(notSent).toEqual([])
  return agreements
    .filter(({ isSame }) => !isSame)
    .map(({ part, probe, row }) => `${row} ${probe}: ${part}`)
}

describe('The emulator compared with itself', () => {
  it.each<[string, EmulatorOptions]>([
    ['as it is', {}],
    ['with Managed OAuth off', { applications: [application({ enabled: false })] }],
    ['with an application at a path', { applications: [application({}, '*/mcp')] }],
    [
      'without registration',
      { applications: [application({ dynamic_client_registration: { enabled: false } })] },
    ],
  ])('has no difference %s', async (_, options) => {
    expect(await differencesAt(await emulator(options))).toEqual([])
  })
})

const SERVER = ['server-metadata', 'server-metadata-application']
const RESOURCE = ['resource-metadata', 'resource-metadata-root', 'rfc-9728']
const CHALLENGED = PROBES.map(({ id }) => id).slice(0, 12)

// The probes that find each switch.
const SWITCHED: { [name in FaultName | QuirkName]?: { with?: object; finds: string[] } } = {
  'flat-protected-resource': { finds: RESOURCE },
  'iss-in-response': { finds: SERVER },
  'rfc7591-errors': { finds: ['registration-not-allowed'] },
  'metadata-of-host': {
    finds: ['challenge-root', 'resource-metadata-root', 'server-metadata-application'],
  },
  'by-the-book': {
    finds: ['challenge-root', 'resource-metadata-root', ...SERVER, 'registration-not-allowed'],
  },
  'keys-unavailable': { finds: ['certs'] },
  'blocked-user-agent': {
    with: { endpoint: 'token' },
    finds: PROBES.map(({ id }) => id).filter((id) => /^token-(?!preflight|cors)/.test(id)),
  },
  error: {
    with: { endpoint: 'registration', status: 500 },
    finds: PROBES.map(({ id }) => id).filter((id) => id.startsWith('registration-')),
  },
  'missing-issuer': { finds: SERVER },
  'wrong-metadata-issuer': { finds: SERVER },
  'missing-pkce-methods': { finds: SERVER },
  'second-team': { finds: [...RESOURCE, 'server-metadata', 'registration-get'] },
  'bare-challenge': { finds: CHALLENGED.filter((id) => id !== 'challenge-navigation') },
  'ai-crawl-control': { finds: CHALLENGED },
}
// What happens after a login, or needs a real token. `compare` sends nothing of the kind.
const NOT_VISIBLE: (FaultName | QuirkName)[] = [
  'slow',
  'dropped-answer',
  'expired-code',
  'revoked-grant',
  'lost-rotation',
  'key-rotation',
  'late-settings',
  'clock-skew',
  'wrong-issuer',
  'https-redirect-rules',
  'pkce-challenge-start',
  'refresh-grace',
  'refuse-reuse',
  'consent-remembered',
  'long-lived-codes',
  'strict-revocation',
  'path-scoped-pin',
  'late-application',
  'logout-bounce',
  'login-after-session',
  'default-resource',
  'no-registration-uri',
  // At MCP portals, which the emulator of a comparison does not have.
  'dashboard-portals',
  'full-server-updates',
  'upstream-resource-verbatim',
  'upstream-registered-authentication',
  'upstream-registers-again',
]

describe('A switched difference', () => {
  it.each(Object.entries(SWITCHED))('of %s is found, and nothing else', async (name, given) => {
    const access = await emulator()
    await switchOn(access, name as FaultName | QuirkName, given.with)
    const found = (await differencesAt(access)).map((each) => each.split(/[ :]/)[1])
    expect([...new Set(found)].sort()).toEqual(given.finds.toSorted())
  })

  it('that shows only after a login, or with a real token, is not found', async () => {
    const access = await emulator()
    for (const name of NOT_VISIBLE) {
      await switchOn(access, name, name === 'slow' ? { delay: '1ms' } : {})
    }
    expect(await differencesAt(access)).toEqual([])
  })

  it('is listed here for every fault and quirk', () => {
    const listed = [...Object.keys(SWITCHED), ...NOT_VISIBLE].sort()
    expect(listed).toEqual([...FAULT_NAMES, ...QUIRK_NAMES].sort())
  })
})

describe('The probes', () => {
  it('leave no client, grant or session behind, and no authorization that was allowed', async () => {
    const access = await emulator()
    await differencesAt(access)
    expect(await access.clients.list()).toEqual([])
    expect(await access.grants.list()).toEqual([])
    expect(await access.sessions.list()).toEqual([])
    const allowed = await access.events.list({ outcome: 'allowed' })
    const kinds = allowed.flatMap((each) =>
      'method' in each && each.method === 'OPTIONS' ? [] : [each.kind],
    )
    expect(new Set(kinds)).toEqual(new Set(['discovery']))
  })

  it('name rows of docs/fidelity.md [W1-W9]', () => {
    const rows = PROBES.flatMap(({ compares }) =>
      compares.flatMap(({ instead, row }) => [row, ...Object.values(instead)]),
    )
    expect([...new Set(rows)].filter((row) => !ROWS.has(row))).toEqual([])
    expect(fidelity()).toEqual(ROWS)
  })

  it('have methods that read, or POST what no server can accept', () => {
    const posts = PROBES.filter(({ method }) => method === 'POST').map(({ id }) => id)
    expect(posts).toEqual([
      'challenge-mcp',
      'registration-not-json',
      'registration-without-uris',
      'registration-not-allowed',
      'token-made-up-code',
      'token-made-up-refresh-token',
      'token-unknown-grant-type',
      'token-empty',
      'token-cors',
      'revocation-made-up',
    ])
    expect(PROBES.filter(({ needs }) => needs).map(({ id }) => id)).toEqual([
      'registration-not-allowed',
    ])
  })

  it('are sent at most twice in a second', async () => {
    const access = await emulator()
    const sent: number[] = []
    const url = new URL(access.mcpUrl)
    const hosts = await guarded(url, async () => false)
    const send = sender(hosts, POLITE)
    for (let times = 0; times < 3; times++) {
      await send({ method: 'GET', url, headers: {} })
      sent.push(Date.now())
    }
    expect((sent[2] ?? 0) - (sent[0] ?? 0)).toBeGreaterThan(950)
  })
})

describe('Other servers', () => {
  it.each([
    ['@cloudflare/workers-oauth-provider', startWorkersOAuthProvider, 'U2', 'M13'],
    ['oidc-provider', startOidcProvider, 'U1', 'M13'],
  ])('%s differs where it differs from Access, and stores nothing', async (_, start, ...rows) => {
    const server = await start()
    running.push(server)
    const { agreements } = await compare(server.url, { ...AT_ONCE, register: false })
    const differing = agreements.filter(({ isSame }) => !isSame).map(({ row }) => row)
    expect(differing).toEqual(expect.arrayContaining(rows))
    expect(agreements.filter(({ isSame }) => isSame)).not.toEqual([])
    expect(server.stored).toEqual([])
  })

  it('may accept the registration of --register, which they keep', async () => {
    const server = await startWorkersOAuthProvider()
    running.push(server)
    const { agreements } = await compare(server.url, AT_ONCE)
    expect(server.stored).toEqual([expect.stringMatching(/^client:/)])
    expect(
      agreements.find(
        ({ part, probe }) => probe === 'registration-not-allowed' && part === 'status',
      ),
    ).toMatchObject({ row: 'R5', isSame: false, emulator: '400', real: '201' })
  })
})

describe('A hostile server', () => {
  const compared = async (hostility: Hostility, timeoutMs = POLITE.timeoutMs) => {
    const server = await HostileServer.start(hostility)
    running.push(server)
    const comparison = await compare(server.url, { ...AT_ONCE, pace: { intervalMs: 0, timeoutMs } })
    return { server, comparison, printed: printedOf(comparison) }
  }

  it('leaks nothing into the output or the evidence, and moves no cursor', async () => {
    const { comparison, printed, server } = await compared('leaks')
    expect(comparison.agreements.length).toBeGreaterThan(50)
    for (const secret of SECRETS) {
      expect(printed).not.toContain(secret)
      for (const part of secret.split(/[^A-Za-z0-9]/).filter(isTelling)) {
        expect(printed).not.toContain(part)
      }
    }
    expect(printed).not.toContain(server.url.host)
    expect(printed).not.toMatch(/[^\P{Cc}\n]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/u)
  })

  it.each<Hostility>(['huge', 'loops', 'wrong-types', 'deep'])(
    'that is %s is read and compared',
    async (how) => {
      const { comparison, printed } = await compared(how)
      expect(comparison.agreements.length).toBeGreaterThan(0)
      expect(printed.length).toBeLessThan(500_000)
      expect(Object.prototype).not.toHaveProperty('polluted')
    },
  )

  it('that never ends a response is compared by the part that arrived in time', async () => {
    const { comparison } = await compared('endless-preflight', 1000)
    expect(comparison.agreements).toContainEqual(
      expect.objectContaining({ probe: 'application-preflight', part: 'status', real: '200' }),
    )
  })

  it('that falls silent has no result where it did not respond', async () => {
    const { comparison, printed } = await compared('silent-preflight', 1000)
    expect(comparison.agreements.length).toBeGreaterThan(0)
    expect(comparison.notSent).toContainEqual({
      probe: 'application-preflight',
      why: 'no response in 1 s',
    })
    expect(printed).toContain('no response in 1 s')
  })

  it.each<[Hostility, RegExp]>([
    ['silent', /^localhost:\d+ does not respond: no response in 1 s$/],
    ['drips', /^localhost:\d+ does not respond: no response in 1 s$/],
    ['huge-head', /^localhost:\d+ does not respond: the connection failed: HPE_HEADER_OVERFLOW$/],
    ['not-http', /^localhost:\d+ does not respond: the connection failed: HPE_\w+$/],
  ])('that is %s is an error without anything that it sent', async (how, message) => {
    await expect(compared(how, 1000)).rejects.toThrow(message)
  })

  it('that redirects is followed nowhere', async () => {
    const { server } = await compared('loops')
    expect(server.requests.filter((each) => each.includes('again'))).toEqual([])
  })
})

describe('The site of a host', () => {
  it.each([
    ['app.example.com', 'auth.example.com', true],
    ['app.example.com', 'example.com', true],
    ['app.example.co.uk', 'auth.example.co.uk', true],
    ['app.example.com', 'acme.cloudflareaccess.com', true],
    ['app.localhost', '127.0.0.1', true],
    ['one.co.uk', 'other.co.uk', false],
    ['one.workers.dev', 'other.workers.dev', false],
    ['one.github.io', 'github.io', false],
    ['example.com', 'example.com.evil.example', false],
    ['192.0.2.1', '192.0.2.2', false],
    ['app.example.com', 'localhost', false],
  ])('of %s includes %s: %s', (named, other, is) => {
    expect(isSameSite(new URL(`https://${named}`), new URL(`https://${other}`))).toBe(is)
  })
})

describe('The hosts', () => {
  const allows = async (named: string, announced: string, answer = false) => {
    const asked: string[] = []
    const hosts = await guarded(new URL(named), async (host) => {
      asked.push(host)
      return answer
    })
    return { is: await hosts.announce(new URL(announced)), asked, hosts }
  }

  it.each([
    ['http://127.0.0.1:1', 'http://localhost:2'],
    ['http://192.0.2.1', 'http://192.0.2.1:8080'],
    ['http://1.1.1.1', 'https://acme.cloudflareaccess.com'],
  ])('of %s include %s without a question', async (named, announced) => {
    expect(await allows(named, announced)).toMatchObject({ is: true, asked: [] })
  })

  it.each([
    ['http://1.1.1.1', 'https://auth.example.net'],
    ['http://1.1.1.1', 'https://cloudflareaccess.com.evil.example'],
    ['http://1.1.1.1', 'https://evilcloudflareaccess.com'],
  ])('of %s include %s only if the user says so', async (named, announced) => {
    const { host } = new URL(announced)
    expect(await allows(named, announced)).toMatchObject({ is: false, asked: [host] })
    expect(await allows(named, announced, true)).toMatchObject({ is: true, asked: [host] })
  })

  it.each([
    'http://127.0.0.1',
    'http://10.0.0.1',
    'http://[::1]',
    'http://169.254.169.254',
    'http://localhost',
    'http://[::ffff:10.0.0.1]',
  ])('of a public server never include %s, even if the user says so', async (announced) => {
    expect(await allows('http://1.1.1.1', announced, true)).toMatchObject({ is: false })
  })

  it('exclude a name that resolves to a private address at the time of the request', async () => {
    const { hosts } = await allows('http://1.1.1.1', 'http://1.1.1.1')
    const found = new Promise((resolve) => {
      hosts.lookup('localhost', {}, (error, address) => resolve(error?.message ?? address))
    })
    expect(await found).toBe('the host has a private address')
  })

  it.each(['file:///etc/passwd', 'ftp://1.1.1.1', 'javascript:alert(1)'])(
    'exclude %s',
    async (announced) => {
      expect(await allows('http://1.1.1.1', announced, true)).toMatchObject({
        is: false,
        asked: [],
      })
    },
  )
})

describe('A row', () => {
  it.each<[string, EmulatorOptions, string[], string[]]>([
    ['of an application at a host', {}, ['M3', 'M13', 'W1'], ['M4', 'M15', 'R7']],
    ['of an application at a path', { applications: [application({}, '*/mcp')] }, ['M4'], []],
    [
      'of an account without registration',
      { applications: [application({ dynamic_client_registration: { enabled: false } })] },
      ['M15', 'R7'],
      ['W1', 'R5'],
    ],
    [
      'of an application without Managed OAuth',
      { applications: [application({ enabled: false })] },
      ['U10', 'M5', 'M8', 'M11'],
      ['U1', 'M6', 'M7'],
    ],
  ])('%s is confirmed only there', async (_, options, shown, hidden) => {
    const access = await emulator(options)
    const { agreements } = await compare(new URL(access.mcpUrl), AT_ONCE)
    const rows = agreements.map(({ row }) => row)
    expect(rows).toEqual(expect.arrayContaining(shown))
    expect(rows.filter((row) => hidden.includes(row))).toEqual([])
  })
})

describe('The output', () => {
  it('has each difference beside its row, its confidence and its meaning', async () => {
    const access = await emulator()
    await access.quirks.set('rfc7591-errors', true)
    const report = reportOf(await compare(new URL(access.mcpUrl), AT_ONCE), ROWS)
    expect(report).toMatch(/Managed OAuth on, registration on, an application at a\s+host/)
    expect(report).toContain(
      '✗ R5  A registration with a redirect URI that is not allowed: member error',
    )
    expect(report).toMatch(/emulator +"invalid_client_metadata"\n +server +"invalid_redirect_uri"/)
    expect(report).toMatch(/row +disallowed URI: 400/)
    expect(report).toContain('(observed)')
    expect(report).toMatch(/means +Clients decide by the error code/)
  })

  it('begins with everything that will be sent, and to which host', () => {
    const plan = planOf(new URL('https://app.example.com/mcp'), PROBES)
    expect(plan).toContain('app.example.com')
    for (const { title } of PROBES) expect(plan).toContain(title)
  })

  it('as evidence becomes a proposal for docs/fidelity.md', async () => {
    const access = await emulator()
    await access.quirks.set('rfc7591-errors', true)
    const comparison = await compare(new URL(access.mcpUrl), AT_ONCE)
    const evidence = evidenceOf(comparison, new Date('2026-11-21T12:00:00Z'))
    expect(evidenceSchema.parse(JSON.parse(JSON.stringify(evidence)))).toEqual(evidence)
    const proposal = proposalOf(evidence, ROWS)
    expect(proposal).toMatch(/^\| U1 \| .* \| seen live 2026-11-21 \(before: observed\) \|$/m)
    expect(proposal).toMatch(/^\| R5 \| .* \| contradicted 2026-11-21 \(before: observed\) \|$/m)
    expect(proposal).toContain(
      'the emulator has `"invalid_client_metadata"`, the server `"invalid_redirect_uri"`',
    )
    expect(proposal).toMatch(/^## Still assumed: \d+ rows$/m)
    expect(proposal).toMatch(/^- A11 .+ \(ours.*\)$/m)
  })

  it('of hostile evidence begins no line and no table', () => {
    const part = {
      probe: '`x`',
      part: 'status',
      row: 'U1',
      isSame: false,
      emulator: 'a',
      server: '`\n## <b>@x | \u{1b}[2J',
    }
    const evidence = {
      format: 'access-oauth-emulator evidence 1' as const,
      date: '2026-11-21',
      version: '1',
      configuration: { managedOAuth: true, registration: true, hasPath: false },
      parts: [part],
      notSent: [],
    }
    expect(evidenceSchema.safeParse({ ...evidence, date: '2026-11-21\n## x' }).success).toBe(false)
    expect(evidenceSchema.safeParse({ ...evidence, more: 1 }).success).toBe(false)
    const line = proposalOf(evidence, ROWS)
      .split('\n')
      .find((each) => each.startsWith('- `'))
    expect(line).toBe("- `'x'`, `status`: the emulator has `a`, the server `' ## <b>@x |  [2J`")
  })
})

describe('access-oauth-emulator compare', () => {
  it.each([
    [[], 'compare: expected one URL'],
    [['ftp://example.com'], 'compare: expected one URL'],
    [['https://a.example', 'https://b.example'], 'compare: expected one URL'],
  ])('%j is a mistake', async (args, message) => {
    await expect(command.run(args)).rejects.toThrow(message)
  })

  it('names a host that does not exist', async () => {
    await expect(compare(new URL('https://no-such-host.invalid'), AT_ONCE)).rejects.toThrow(
      'no-such-host.invalid does not exist',
    )
  })
})

// A part of a secret that is no word of a language.
function isTelling(part: string): boolean {
  return part.length > 7 && /\d/.test(part)
}

function printedOf(comparison: Comparison): string {
  return `${reportOf(comparison, ROWS)}\n${JSON.stringify(evidenceOf(comparison, new Date()), null, 1)}`
}

async function switchOn(access: Emulator, name: FaultName | QuirkName, parameters = {}) {
  const isQuirk = QUIRK_NAMES.some((each) => each === name)
  if (isQuirk) await access.quirks.set(name as QuirkName, true)
  else await access.faults.set(name as FaultName, parameters)
}

function application(oauth_configuration: object, domain = '*') {
  return {
    name: 'Application',
    domain,
    oauth_configuration: { enabled: true, ...oauth_configuration },
    policies: [{ name: 'Everybody', decision: 'allow' as const, include: [{ everyone: {} }] }],
  }
}
