import type { Responses } from '../emulator/responses.ts'

type Facts = {
  /** The application: `http://localhost:8788`. */
  address: string
  /** The path of the MCP server behind it. */
  mcpPath: string
  /** The place of the store: a folder, or memory. */
  store: string
  /** Sends a GET to a path below `/_emulator/`. */
  read: <R extends 'urls' | 'settings' | 'in-effect'>(path: R) => Promise<Responses[`GET ${R}`]>
}

const WIDTH = 27
const MOST_APPLICATIONS = 10

/**
 * Returns what `npm start` and the command print when they are ready: the addresses, what is in effect, and
 * what the last run left, with the command that clears it.
 */
export async function summaryOf({ address, mcpPath, read, store }: Facts): Promise<string> {
  const [urls, settings, inEffect] = [
    await read('urls'),
    await read('settings'),
    await read('in-effect'),
  ]
  const rows: [name: string, value: string][] = [
    // Behind a tunnel, the public address.
    ['MCP server behind Access', urls.application + mcpPath],
    ['Team domain (the issuer)', urls.team_domain],
    ...urls.portals.map(({ url }): [string, string] => ['MCP server portal', url]),
    ['Console', urls.console],
    ['The application', settings.origin ?? 'a built-in demo with an MCP server'],
    ...applicationRows(settings.applications),
    ['Sign-in', signInOf(inEffect.auto_sign_in)],
    ['Store', store],
  ]
  const lines = rows.map(([name, value]) => `  ${name.padEnd(WIDTH)}${value}`)
  const warnings = (settings.warnings ?? []).map((each) => `  Warning: ${each}.`)
  // Behind a tunnel, the control requires the token of everyone.
  const isPublic = new URL(urls.application).hostname !== 'localhost'
  const others = [
    ...leftOver(inEffect, address, isPublic),
    ...(warnings.length > 0 ? ['', ...warnings] : []),
  ]
  return [`Ready on ${address}`, '', ...lines, ...others, ''].join('\n')
}

function applicationRows(applications: Responses['GET settings']['applications']) {
  // The server of a portal has an application without a domain: nothing reaches it but the portal.
  const reachable = applications.filter(({ domains }) => domains.length > 0)
  const shown = reachable.slice(0, MOST_APPLICATIONS)
  const left = applications.length - shown.length
  const texts = shown.map(({ aud, domains, name }) => `${name} (${domains.join(', ')}), aud ${aud}`)
  if (left > 0) texts.push(`and ${left} more, in the console`)
  if (texts.length === 0) texts.push('none: every request goes through')
  return texts.map((text, index): [string, string] => [
    index === 0 ? 'Applications of Access' : '',
    text,
  ])
}

type InEffect = Responses['GET in-effect']

function signInOf([rule, ...others]: InEffect['auto_sign_in']): string {
  if (!rule) return 'pick a person in the browser'
  const more = others.length > 0 ? ` and ${others.length} more rules` : ''
  return `automatic, as ${rule.email}${more}`
}

function leftOver(
  { auto_sign_in: rules, clock_offset_seconds: offset, faults, quirks }: InEffect,
  address: string,
  needsToken: boolean,
): string[] {
  const left = [
    ...(offset === 0 ? [] : [`the clock is ${inWords(offset)}`]),
    ...(faults.length > 0 ? [`faults: ${faults.join(', ')}`] : []),
    ...(quirks.length > 0 ? [`quirks: ${quirks.join(', ')}`] : []),
    ...(rules.length > 0
      ? [`automatic sign-in as ${rules.map(({ email }) => email).join(', ')}`]
      : []),
  ]
  if (left.length === 0) return []
  const credential = needsToken ? ' -H "Authorization: Bearer $EMULATOR_TOKEN"' : ''
  return [
    '',
    `  In effect: ${left.join('; ')}.`,
    `  To turn all of it off: curl -X DELETE${credential} ${address}/_emulator/in-effect`,
  ]
}

function inWords(seconds: number): string {
  const whole = Math.abs(seconds)
  const units: [size: number, name: string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]
  let rest = whole
  const parts = units.flatMap(([size, name]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count > 0 ? [`${count} ${name}`] : []
  })
  return `${parts.join(' ')} ${seconds > 0 ? 'ahead' : 'behind'}`
}
