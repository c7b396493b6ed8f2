import { FAULTS } from '../switches/faults'
import type { DashboardEvent, GrantRevoker } from './dashboard-event'
import type { Occurrence } from './event'
import type { Reason } from './reason'

/**
 * The reason of an event that says all of it by its own members. What a request told of itself has its
 * reason from where it was decided.
 */
export function reasonOf(event: Occurrence): Reason {
  switch (event.kind) {
    case 'control':
      return { outcome: 'noted', why: `${event.method} ${event.path}${inBrief(event.body)}` }
    case 'fault':
      return {
        outcome: 'failed',
        rule: event.fault,
        why: `The fault ${event.fault} is switched on, and struck ${event.path}. ${FAULTS[event.fault].what}`,
        change: `DELETE /_emulator/faults/${event.fault} switches it off.`,
      }
    case 'one-time-pin':
      return {
        outcome: 'noted',
        why: `${event.email} is sent a one-time PIN for ${event.application}: it is this event's code.`,
      }
    case 'one-time-pin-not-sent':
      return {
        outcome: 'refused',
        why: `${event.email} gets no one-time PIN: no policy of ${event.application} admits that address.`,
        change: 'Add a policy that allows the address, or sign in as somebody else.',
      }
    case 'rules-not-emulated':
      return {
        outcome: 'noted',
        why: `The policies of ${event.application} have rules of kinds that nothing here can decide (${event.ruleKinds.join(', ')}). They never match.`,
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
      const who = event.holder === 'browser' ? 'in a browser' : 'for a client that was allowed'
      return { outcome: 'allowed', why: `${email} is signed in, ${who}.` }
    }
    case 'application-opened':
      return {
        outcome: 'noted',
        why: `The sign-in ${event.sessionId} is used for ${event.application.name}.`,
      }
    case 'members-dropped':
      return {
        outcome: 'noted',
        rule: 'observed at the API: unknown members are dropped',
        why: `Access does not know these members and drops them without a word: ${event.members.join(', ')}.`,
        change: 'Look for a misspelt member.',
      }
    default:
      return ofDashboard(event)
  }
}

function ofDashboard(event: DashboardEvent): Reason {
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
        why: `The publisher of ${client} has not proved a domain.`,
        change: 'Publish the TXT record of client_uri_verification.',
      }
    case 'authorization-cancelled':
      return { outcome: 'refused', why: 'The person pressed Cancel on the consent page.' }
    case 'scope-not-allowed':
      return {
        outcome: 'refused',
        rule: 'RFC 6749 4.1.2.1',
        why: `${client} asked for a scope that it may not have: ${event.description}`,
        change: "Add the scope to the client's scopes, or ask for less.",
      }
    case 'private-application-refused':
      return {
        outcome: 'refused',
        why: `${client} is private, and ${event.email ?? 'the person'} is no member of its account.`,
        change: 'Make the person a member (ACCOUNTS), or the client public.',
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
        change: 'The person has to authorize the application again.',
      }
    case 'token-expired':
      return {
        outcome: 'refused',
        why: 'The access token is over.',
        change: 'Use the refresh token; it needs the scope offline_access.',
      }
    case 'scope-missing':
      return {
        outcome: 'refused',
        why: `${event.method} ${event.path} needs a scope that was not granted.`,
        change: `Any of these would do: ${event.enough.join(', ')}.`,
      }
    case 'failure':
      return { outcome: 'failed', why: `The emulator made a mistake: ${event.message}` }
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
