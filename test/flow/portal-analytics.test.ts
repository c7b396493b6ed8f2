import { beforeEach, describe, expect, it } from 'vitest'
import { timeSeriesSchema } from '../../src/mcp/analytics'
import { ACCOUNT, api } from '../support/api'
import { ADA, emulator, stopClock } from '../support/emulator'
import { connected, PortalAdmin, useUpstreams } from '../support/portal'

stopClock()

const { advance, fetch, reset, signIn } = emulator()
const { get } = api(fetch)
const admin = new PortalAdmin(fetch)
const read = async (path: string) =>
  (await get(`${ACCOUNT}/access/ai-controls/mcp/analytics/${path}`)).body

useUpstreams(reset, 'docs', 'mail')
beforeEach(async () => {
  await signIn(ADA)
  await admin.server('docs')
  await admin.server('mail')
  await admin.portal([{ server_id: 'docs' }, { server_id: 'mail' }])
})

const SERIES = 'tool-calls/timeseries'

describe('The analytics', () => {
  it('count the calls of the account, of a server and of a portal, day by day [MP24]', async () => {
    const before = await connected(fetch)
    await before.call('docs_search')
    await advance('24h')
    const client = await connected(fetch)
    await client.call('docs_search')
    await client.call('docs_fail')
    await client.call('mail_read')
    await client.tools()
    await client.call('portal_list_servers')
    const { result, success } = await read(`${SERIES}?days=2`)
    expect(success).toBe(true)
    const { end, series, start } = timeSeriesSchema.parse(result)
    expect(result).toMatchObject({ granularity: 'daily', aggregate: false, tz: 'utc', total: 4 })
    expect(series.map(({ count }) => count)).toEqual([1, 3])
    expect(end - start).toBe(2 * 24 * 3600 * 1000)
    expect((await read(`servers/docs/${SERIES}`)).result.total).toBe(3)
    expect((await read(`servers/mail/${SERIES}?days=1`)).result.total).toBe(1)
    expect((await read(`portals/tools/${SERIES}`)).result.total).toBe(4)
  })

  it('are gone after a reset [MP24]', async () => {
    await (await connected(fetch)).call('docs_search')
    await reset()
    expect((await read(SERIES)).result.total).toBe(0)
  })

  it('refuse a wrong parameter, and a server or portal that does not exist [MP24]', async () => {
    expect(await read(`${SERIES}?days=180`)).toMatchObject({ success: false })
    expect(await read(`servers/none/${SERIES}`)).toMatchObject({ success: false })
    expect(await read(`portals/none/${SERIES}`)).toMatchObject({ success: false })
  })
})
