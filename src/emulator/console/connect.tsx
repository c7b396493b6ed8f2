import { applicationAt } from '../../access/application'
import { ConnectPage } from '../../pages/console/connect'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { mcpServer } from '../urls'
import { addresses, clientBlocks } from './blocks'
import { goTest, pytest, VITEST } from './test-blocks'
import { curlTour, serviceTokenTour } from './tours'
import { verifiers } from './verifiers'
import { pageOf } from './view'

/** Handles `GET /_emulator/console/connect`: shows the texts to paste into clients, servers and tests. */
export async function showConnectPage(c: AppContext): Promise<Response> {
  const newest = await c.get('emulator').events.newestNumber()
  return respondPage(
    c,
    200,
    (nonce) => (
      <ConnectPage
        nonce={nonce}
        {...pageOf(c, newest)}
        clients={clientBlocks(c)}
        {...serverView(c)}
        tests={testBlocks(c)}
        tours={tourBlocks(c)}
        addresses={addresses(c)}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}

function serverView(c: AppContext) {
  const { team } = c.var
  const issuer = team.origin
  const certs = `${team.origin}${team.accessPath}/certs`
  const aud = applicationOf(c)?.aud ?? ''
  return {
    verification: [
      { name: 'Header with the assertion (a JWT)', text: 'Cf-Access-Jwt-Assertion' },
      { name: 'Keys (JWKS)', text: certs },
      { name: 'Issuer (iss)', text: issuer },
      { name: 'Audience (aud)', text: aud },
      { name: 'Algorithm', text: 'RS256' },
    ],
    servers: verifiers({ issuer, certs, aud }),
  }
}

function testBlocks(c: AppContext) {
  const { origin } = c.get('url')
  return [
    {
      name: 'Vitest',
      where: 'Install the package. The emulator runs in the test process.',
      text: VITEST,
    },
    {
      name: 'pytest',
      where:
        'Save as test_access.py, then run `pytest` while this emulator runs, or with `exec`, which starts one for the tests.',
      text: pytest(origin),
    },
    {
      name: 'Go',
      where:
        'Save as access_test.go, then run `go test access_test.go` while this emulator runs, or with `exec`.',
      text: goTest(origin),
    },
    {
      name: 'Any language',
      where: 'A token of a person, without pages; then the clock, so that it expires.',
      text: [
        `curl -X POST ${origin}/_emulator/tokens --json '{"email":"ada@example.com"}'`,
        `curl -X PATCH ${origin}/_emulator/clock --json '{"advance":"16m"}'`,
        `curl -X POST ${origin}/_emulator/reset`,
      ].join('\n'),
    },
  ]
}

function tourBlocks(c: AppContext) {
  const { team, url } = c.var
  const access = team.origin + team.accessPath
  const at = { application: url.origin, team: team.origin, access }
  const application = applicationOf(c)
  return [
    {
      name: 'The whole flow with curl',
      where: 'Run in a shell, as a whole or line by line. It needs curl 7.82 or newer.',
      text: curlTour(at),
    },
    ...(application
      ? [
          {
            name: 'Service token',
            where: 'Run in a shell: makes a service token, admits it, and uses it.',
            text: serviceTokenTour(at, application.id),
          },
        ]
      : []),
  ]
}

function applicationOf(c: AppContext) {
  return applicationAt(c.get('configuration').applications, new URL(mcpServer(c)))
}
