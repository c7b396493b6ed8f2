type Use = { method: string; path: string; body?: unknown }

/** Describes a use of the emulator's control in a few words: `clock +16m`. */
export function controlLabel({ method, path, body }: Use): string {
  const [, , what = '', name = '', part] = path.split('/').map(decoded)
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  switch (what) {
    case 'in-effect':
      return 'clock, sign-in, faults and quirks back to normal'
    case 'clock':
      if (given.advance) return `clock +${given.advance}`
      return given.now ? `clock set to ${given.now}` : 'clock back to real time'
    case 'auto-sign-in':
      if (body === null) return 'automatic sign-in off'
      return `automatic sign-in ${given.email ? `as ${given.email}` : 'by rules'}`
    case 'faults':
      if (!name) return Object.keys(given).length > 0 ? faultsOf(given) : 'all faults off'
      return `fault ${name} ${method === 'DELETE' ? 'off' : 'on'}`
    case 'quirks':
      return `quirk ${name} ${given.on ? 'on' : 'off'}`
    case 'keys':
      return 'signing keys rotated'
    case 'clients':
      return name ? 'client deleted' : 'all clients deleted'
    case 'grants':
      if (!name) return 'all grants revoked'
      return part ? 'access token revoked' : 'grant revoked'
    case 'sessions':
      return name ? 'sign-in ended' : 'all sign-ins ended'
    case 'revoke':
      return `revoked: ${Object.values(given).join(', ')}`
    case 'tokens':
      return `tokens issued for ${given.email}`
    case 'assertions':
      return `assertion signed for ${given.email ?? given.service_token}`
    case 'check-origin':
      return 'origin checked'
    case 'people':
      return body === null ? 'people of the setting PEOPLE' : 'people replaced'
    case 'dns':
      return 'DNS records replaced'
    case 'upstreams':
      return upstreamLabel(method, name, part) ?? `${method} ${path}`
    default:
      return `${method} ${path}`
  }
}

function upstreamLabel(method: string, server: string, part = ''): string | undefined {
  const isDeletion = method === 'DELETE'
  switch (part) {
    case 'sync':
      return `sync of ${server}`
    case 'admin-grant':
      return isDeletion ? `administrator's grant at ${server} ended` : `sign-in at ${server} begun`
    case 'client':
      return isDeletion ? `portal's client at ${server} deleted` : `portal registered at ${server}`
  }
}

function faultsOf(given: object): string {
  const names = Object.keys(given)
  return `fault${names.length === 1 ? '' : 's'} ${names.join(', ')} on`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
