import { challenge, firstChallenge, row } from './expectations.ts'
import { MADE_UP_TOKEN, type ProbeEntry } from './probe.ts'

/** Requests for the application without a credential, or with a made-up one. */
export const CHALLENGES: Record<string, ProbeEntry> = {
  challenge: {
    title: 'A request without a credential',
    request: `GET {application}{path}
      Accept: */*`,
    compares: firstChallenge(),
  },
  'challenge-deep-path': {
    title: 'A request for a deeper path',
    request: `GET {application}{path}/a/b
      Accept: */*`,
    compares: challenge('U4', 'Clients of a deeper path'),
  },
  'challenge-root': {
    title: 'A request for the root',
    request: `GET {application}/
      Accept: */*`,
    compares: challenge('U5', 'Clients of the root'),
  },
  // The lightest request of JSON-RPC. A server that is not behind Access responds and does nothing.
  'challenge-mcp': {
    title: 'The first request of an MCP client',
    request: `POST {application}{path}
      Accept: application/json, text/event-stream
      Content-Type: application/json

      {"jsonrpc":"2.0","id":1,"method":"ping"}`,
    compares: challenge('U6', 'MCP clients'),
  },
  'challenge-head': {
    title: 'HEAD without a credential',
    request: 'HEAD {application}{path}',
    compares: challenge('U1', 'Clients that probe with HEAD'),
  },
  'challenge-navigation': {
    title: 'A browser opens a page',
    request: `GET {application}{path}
      Accept: text/html,application/xhtml+xml
      Sec-Fetch-Mode: navigate
      Sec-Fetch-Dest: document`,
    compares: [
      row('U7', 'status', 'Browsers are not led to the login.'),
      row('U7', 'header location', 'Browsers are led to another login.'),
    ],
  },
  'challenge-json': {
    title: 'A script that accepts JSON',
    request: `GET {application}{path}
      Accept: application/json
      Sec-Fetch-Mode: cors`,
    compares: challenge('U6', 'Scripts', 'U14'),
  },
  'challenge-xhr': {
    title: 'A script with X-Requested-With',
    request: `GET {application}{path}
      X-Requested-With: XMLHttpRequest`,
    compares: challenge('U6', 'Scripts with X-Requested-With', 'U15'),
  },
  'garbage-bearer': {
    title: 'A malformed bearer token',
    request: `GET {application}{path}
      Authorization: Bearer not-a-token`,
    compares: challenge('U8', 'Clients with a malformed token'),
  },
  'foreign-bearer': {
    title: 'A made-up token of the right form',
    request: `GET {application}{path}
      Authorization: Bearer ${MADE_UP_TOKEN}`,
    compares: challenge('U8', 'Clients with a token of another server'),
  },
  'made-up-service-token': {
    title: 'A made-up service token',
    request: `GET {application}{path}
      Cf-Access-Client-Id: ${'0'.repeat(32)}.access
      Cf-Access-Client-Secret: ${'0'.repeat(64)}`,
    compares: challenge('U17', 'Machines with a wrong secret', 'U18'),
  },
  'forged-assertion': {
    title: 'A forged assertion',
    request: `GET {application}{path}
      Cf-Access-Jwt-Assertion: e30.e30.e30`,
    compares: challenge('O6', 'Callers with a forged assertion'),
  },
}
