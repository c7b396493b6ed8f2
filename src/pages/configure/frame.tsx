import type { Child } from 'hono/jsx'
import { CopyBlock } from '../console/action'
import { ConsoleFrame, type ConsolePage } from '../console/frame'
import { type Call, curlOf } from './curl'
import type { Problems } from './fields'

const ACCESS_PAGES = [
  { path: 'applications', name: 'Applications' },
  { path: 'policies', name: 'Policies' },
  { path: 'groups', name: 'Groups' },
  { path: 'service-tokens', name: 'Service tokens' },
  { path: 'identity-providers', name: 'Identity providers' },
  { path: 'organization', name: 'Organization' },
  { path: 'mcp-servers', name: 'MCP servers' },
  { path: 'mcp-portals', name: 'MCP server portals' },
  { path: 'people', name: 'People' },
  { path: 'who-gets-in', name: 'Who gets in?' },
  { path: 'take-along', name: 'Export and import' },
] as const

/** The path of the administrator's pages of Access. */
export const ACCESS = '/_emulator/configure/access'
/** The path of the administrator's pages of OAuth clients. */
export const OAUTH_CLIENTS = '/_emulator/configure/oauth-clients'

/** The properties that every administrator's page has. */
export type AdministratorPage = ConsolePage & {
  /** The origin of the API, for the calls that are shown. */
  origin: string
  /** The API call that the last form made. */
  saved?: Call | undefined
  /** A secret that the API has just issued, before everything else on the page. */
  secret?: Child | undefined
  /** The API's refusals; the key '' has those that concern no field of the page. */
  problems?: Problems | undefined
}

type AdministratorFrame = AdministratorPage & { title: string; children: Child }

/** Renders the frame of the administrator's pages: the console's, with the pages of Access as tabs. */
export function AdministratorFrame(frame: AdministratorFrame) {
  const { title, origin, saved, secret, problems = {}, children, ...page } = frame
  const isAccess = page.here.startsWith(ACCESS)
  const isRefused = Object.keys(problems).length > 0
  return (
    <ConsoleFrame title={title} {...page}>
      {isAccess && <AccessPages here={page.here} />}
      <h1>{title}</h1>
      <div class="administrator">
        {isRefused && (
          <div class="notice" role="alert">
            <strong>Nothing was saved.</strong>{' '}
            {problems['']?.join(' ') ?? 'Correct the marked fields.'}
          </div>
        )}
        {secret}
        {saved && (
          <section class="card saved" role="status">
            <h2>Saved. The API call was:</h2>
            <CopyBlock name="the API call" text={curlOf(saved, origin)} />
          </section>
        )}
        {children}
      </div>
    </ConsoleFrame>
  )
}

function AccessPages({ here }: { here: string }) {
  return (
    <nav class="tabs" aria-label="Access">
      <ul>
        {ACCESS_PAGES.map(({ path, name }) => {
          const to = `${ACCESS}/${path}`
          const isCurrent = here === to || here.startsWith(`${to}/`) || here.startsWith(`${to}?`)
          return (
            <li>
              <a href={to} aria-current={isCurrent ? 'page' : undefined}>
                {name}
              </a>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
