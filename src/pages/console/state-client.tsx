import { UNNAMED } from '../unnamed'
import { End, When } from './state-list'

export type ClientView = {
  id: string
  name?: string | undefined
  redirectUris: string[]
  registeredAt: string
}

/** Renders a registered client. */
export function Client({ client, here }: { client: ClientView; here: string }) {
  const { id, name, redirectUris, registeredAt } = client
  const path = encodeURIComponent(id)
  return (
    <>
      <div class="record">
        <p>
          <strong>
            <bdi>{name || UNNAMED}</bdi>
          </strong>{' '}
          <code class="id">{id}</code>
        </p>
        <a href={`/_emulator/clients/${path}/report`}>Report</a>
        <End
          act={{ method: 'DELETE', path: `clients/${path}` }}
          here={here}
          label={`Delete client ${name || id}`}
        >
          Delete
        </End>
      </div>
      <ul class="inline">
        <li>
          registered <When at={registeredAt} />
        </li>
        {redirectUris.map((uri) => (
          <li>
            <code>{uri}</code>
          </li>
        ))}
      </ul>
    </>
  )
}
