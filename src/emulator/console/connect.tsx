import { ConnectPage } from '../../pages/console/connect'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { addresses, clientBlocks } from './blocks'
import { pageOf } from './view'

/** Handles `GET /_emulator/console/connect`: shows the texts to paste into each client. */
export async function showConnectPage(c: AppContext): Promise<Response> {
  const newest = await c.get('emulator').newestEvent()
  return respondPage(
    c,
    200,
    (nonce) => (
      <ConnectPage
        nonce={nonce}
        {...pageOf(c, newest)}
        clients={clientBlocks(c)}
        addresses={addresses(c)}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}
