import { FAULTS } from '../switches/faults'
import type { DashboardEvent, GrantRevoker } from './dashboard-event'
import type { Occurrence } from './event'
import type { Reason } from './reason'

/**
 * Returns the reason of an event, made from its members. Events of requests are not among these: their
 * handlers report the reason.
 */
export function reasonOf(event: Occurrence): Reason {
  switch (event.kind) {
    case 'control':
      return { outcome: 'noted', why: `${event.method} ${event.path}${inBrief(event.body)}` }
    case 'fault':
      return {
        outcome: 'failed',
        rule: event.fault,
        why: `The fault ${event.fault} struck ${event.path}. ${FAULTS[event.fault].what}`,
        change: `Switch it off with DELETE /_emulator/faults/${event.fault}.`,
      }
    case 'one-time-pin':
      return {
        outcome: 'noted',
        why: `The one-time PIN of ${event.email} for ${event.application} is the code of this event. The real service sends it by e-mail.`,
      }
    case 'one-time-pin-not-sent':
      return {
        outcome: 'refused',
        why: `No one-time PIN is sent to ${event.email}: no policy of ${event.application} admits this address.`,
        change: 'Add a policy that allows the address, or sign in as another person.',
      }
    case 'rules-not-emulated':
      return {
        outcome: 'noted',
        why: `The policies of ${event.application} have rules that are not emulated (${event.ruleKinds.join(', ')}). These rules never match.`,
      }
    case 'access-request':
      return {
        outcome: event.allowed ? 'allowed' : 'refused',
        rule: event.policy && `policy "${event.policy.name}" (${event.policy.id})`,
        why: event.policy
          ? `The policy "${event.policy.name}" of ${event.application.name} decided.`
          : `No policy of ${event.application.name} matched.`,
      }
    case 'signed-in': {
      const { email } = event.identity
      const where = event.holder === 'browser' ? 'in a browser' : 'for a client'
      return { outcome: 'allowed', why: `${email} has a new sign-in ${where}.` }
    }
    case 'application-opened':
      return {
        outcome: 'noted',
        why: `The sign-in ${event.sessionId} was used for ${event.application.name}.`,
      }
    case 'upstream-request': {
      const call = [event.mcpMethod, event.mcpName].filter(Boolean).join(' ')
      const what = call || `${event.method} ${event.url}`
      return {
        outcome: event.responseStatus === undefined ? 'refused' : 'noted',
        why: `The portal sent ${what} to ${event.server}, which ${event.responseStatus === undefined ? 'did not respond' : `responded with ${event.responseStatus}`} after ${event.durationMs} ms.`,
      }
    }
    case 'portal-call': {
      const {
        Error: error,
        Method: method,
        ServerID: server,
        ServerResponseDurationMs,
      } = event.record
      const { PromptGetName, ResourceReadURI, ToolCallName } = event.record
      const what = `${method} ${ToolCallName || PromptGetName || ResourceReadURI}`
      return event.record.Success
        ? { outcome: 'allowed', why: `${what} of ${server} took ${ServerResponseDurationMs} ms.` }
        : { outcome: 'refused', why: `${what} of ${server} failed: ${error}.` }
    }
    case 'server-synced':
      return { outcome: 'noted', why: `The catalogue of ${event.server} was read again.` }
    case 'foreign-resource':
      return {
        outcome: 'noted',
        why: `${event.resource} is not on a host of this emulator. The domain "*" of ${event.covers} covers it; at Cloudflare, an application has a host, and this request fails.`,
        change: `Send the resource of the metadata, such as ${event.expected}.`,
      }
    case 'user-created':
      return {
        outcome: 'noted',
        rule: 'EU3',
        why: `${event.email} is now a user of the population of ${event.application.name}, with the id ${event.userId}.`,
      }
    case 'body-dropped':
      return {
        outcome: 'noted',
        rule: 'RFC 9110 9.3.1',
        why: `The body of ${event.method} ${event.path} was not forwarded: a body has no meaning there.`,
        change: 'Send the data in the query, or with another method.',
      }
    case 'members-dropped':
      return {
        outcome: 'noted',
        rule: 'K3',
        why: `The API silently drops members that it does not know: ${event.members.join(', ')}.`,
        change: 'Look for a misspelt member.',
      }
    case 'members-without-effect':
      return {
        outcome: 'noted',
        rule: 'K44',
        why: `The members ${event.members.join(', ')} are stored and returned, but have no effect in the emulator.`,
        change: 'Test them with the real service.',
      }
    case 'scopes-not-listed':
      return {
        outcome: 'noted',
        rule: 'C19',
        why: `The emulator's catalogue lists other scopes of the same group, but not ${event.scopes.join(', ')}. It accepts them, because only a part of Cloudflare's catalogue is public.`,
        change: 'Compare the spelling with GET /oauth/scopes of your own account.',
      }
    default:
      return dashboardReasonOf(event)
  }
}

function dashboardReasonOf(event: DashboardEvent): Reason {
  const client = event.client?.name ?? 'The client'
  switch (event.kind) {
    case 'application-authorized':
      return {
        outcome: 'allowed',
        why: `${event.email} authorized ${client} on ${event.accountIds.length} account(s): ${event.scopes.join(' ')}.`,
      }
    case 'client-not-verified':
      return {
        outcome: 'noted',
        why: `The publisher of ${client} has not verified a domain.`,
        change: 'Publish the TXT record of client_uri_verification.',
      }
    case 'authorization-cancelled':
      return { outcome: 'refused', why: 'The person pressed Cancel on the consent page.' }
    case 'scope-not-allowed':
      return {
        outcome: 'refused',
        rule: 'RFC 6749 4.1.2.1',
        why: `${client} requested a scope that it is not allowed: ${event.description}`,
        change: "Add the scope to the client's scopes, or request fewer scopes.",
      }
    case 'private-application-refused':
      return {
        outcome: 'refused',
        why: `${client} is private, and ${event.email ?? 'the person'} is not a member of its account.`,
        change: 'Make the person a member (ACCOUNTS), or make the client public.',
      }
    case 'authorization-refused':
    case 'token-request-refused':
      return {
        outcome: 'refused',
        rule: 'observed at dash.cloudflare.com',
        why: `${event.error}: ${event.description}`,
      }
    case 'grant-revoked':
      return {
        outcome: 'noted',
        why: `The grant has ended, with all its tokens: ${ENDED_BY[event.by]}.`,
      }
    case 'token-of-a-revoked-grant':
      return {
        outcome: 'refused',
        why: 'The token belongs to a grant that was revoked.',
        change: 'Ask the person to authorize the application again.',
      }
    case 'token-expired':
      return {
        outcome: 'refused',
        why: 'The access token has expired.',
        change: 'Use the refresh token. A client receives one with the scope offline_access.',
      }
    case 'scope-missing':
      return {
        outcome: 'refused',
        why: `${event.method} ${event.path} requires a scope that was not granted.`,
        change: `Request one of these scopes: ${event.enough.join(', ')}.`,
      }
    case 'failure':
      return { outcome: 'failed', why: `Internal error of the emulator: ${event.message}` }
  }
}

const ENDED_BY: Record<GrantRevoker, string> = {
  person: 'the person revoked it',
  client: 'the client revoked it',
  'code-replay': 'its authorization code was used a second time',
  'refresh-token-reuse': 'a rotated refresh token was used again',
  emulator: "it was revoked through the emulator's control",
}

function inBrief(body: unknown): string {
  if (body === undefined) return ''
  const text = JSON.stringify(body)
  return ` ${text.length > 200 ? `${text.slice(0, 200)}...` : text}`
}
