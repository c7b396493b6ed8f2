import type { Page } from 'playwright-core'
import type { Server } from '../support/server.ts'
import { ask, register } from './dashboard.ts'
import { sees } from './sees.ts'

/** The redirect URI of MCP Inspector. */
export const INSPECTOR = 'http://localhost:6274/oauth/callback'

/** Functions that open the pages that the README shows. */
export const WAYS = {
  login: (server, page) => authorize(server, page),
  consent: async (server, page) => {
    await authorize(server, page)
    await page.getByRole('button', { name: 'Ada' }).click()
    await sees(page, 'Authorize Client')
  },
  blocked: async (server, page) => {
    await authorize(server, page)
    await page.getByRole('button', { name: 'Mallory' }).click()
    await sees(page, 'That account does not have access.')
  },
  permissions: async (server, page) => {
    const { client_id } = await register(server, INSPECTOR)
    await ask(server, page, client_id, INSPECTOR)
  },
} satisfies Record<string, (server: Server, page: Page) => Promise<void>>

/** Opens an authorization request of MCP Inspector for the MCP server, up to the login page. */
export async function authorize(
  { client }: Server,
  page: Page,
  metadata = {},
  changes = {},
): Promise<void> {
  const { client_id } = await client.register({
    client_name: 'MCP Inspector',
    redirect_uris: [INSPECTOR],
    ...metadata,
  })
  const parameters = { redirect_uri: INSPECTOR, resource: 'http://localhost:8788/mcp', ...changes }
  await page.goto(await client.authorizationUrl(client_id, parameters))
  await sees(page, 'Log in to Demo')
}
