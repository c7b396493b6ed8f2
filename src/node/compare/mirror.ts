import type { EmulatorOptions } from '../options.ts'
import type { Site } from './site.ts'

/** The configuration of a server, as far as its responses show it. The emulator gets the same. */
export type Mirror = {
  managedOAuth: boolean
  /** Whether clients can register. */
  registration: boolean
  /** Whether the application is a path of its host. */
  hasPath: boolean
}

/** Reads the configuration from what the site has responded. */
export function mirrored({ challenge, metadata, path, resource }: Site): Mirror {
  const isRedirect = challenge?.status === 302
  const isOff = /^cloudflare-access\b/i.test(challenge?.headers.get('www-authenticate') ?? '')
  return {
    managedOAuth: !isRedirect && !isOff,
    registration: metadata.issuer === undefined || metadata.registration_endpoint !== undefined,
    hasPath: path !== '' && URL.parse(String(resource.resource))?.pathname === path,
  }
}

/** Returns the options of an emulator with this configuration. */
export function optionsOf(
  { hasPath, managedOAuth, registration }: Mirror,
  { pathname }: URL,
): EmulatorOptions {
  return {
    applications: [
      {
        name: 'Application',
        domain: hasPath ? `localhost${pathname.replace(/\/$/, '')}` : '*',
        oauth_configuration: {
          enabled: managedOAuth,
          dynamic_client_registration: { enabled: registration, allow_any_on_localhost: true },
        },
        policies: [{ name: 'Everybody', decision: 'allow', include: [{ everyone: {} }] }],
      },
    ],
  }
}
