import { cors, pageOrRedirect, refusal } from './expectations.ts'
import { MADE_UP_TOKEN, type ProbeEntry } from './probe.ts'

const JSON_BODY = 'Content-Type: application/json'
const FORM_BODY = 'Content-Type: application/x-www-form-urlencoded'
const CALLBACK = 'https://compare.invalid/callback'
// Of RFC 7636, Appendix B.
const CODE_VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
// Fails before a login, because the client does not exist.
const AUTHORIZATION = `GET {authorization}?response_type=code&client_id={uuid}&redirect_uri=${CALLBACK}
  &code_challenge=${CODE_CHALLENGE}&code_challenge_method=S256&state=compare`

/** Registrations, authorizations, and requests with made-up tokens and codes. Each is refused. */
export const REQUESTS_TO_ENDPOINTS: Record<string, ProbeEntry> = {
  // Registrations that cannot succeed anywhere: RFC 7591 2 requires redirect_uris for the code flow.
  'registration-not-json': {
    title: 'A registration that is not JSON',
    request: `POST {registration}
      ${JSON_BODY}

      not JSON`,
    compares: refusal('W1', { registrationOff: 'R7' }),
  },
  'registration-without-uris': {
    title: 'A registration without redirect_uris',
    request: `POST {registration}
      ${JSON_BODY}

      {"redirect_uris":[]}`,
    compares: refusal('W2', { registrationOff: 'R7' }),
  },
  'registration-get': {
    title: 'GET of the registration endpoint',
    request: 'GET {registration}',
    compares: refusal('W3', { registrationOff: 'R7' }),
  },
  'registration-not-allowed': {
    title: 'A registration with a redirect URI that is not allowed',
    request: `POST {registration}
      ${JSON_BODY}

      {"client_name":"access-oauth-emulator compare","redirect_uris":["${CALLBACK}"]}`,
    compares: refusal('R5', { registrationOff: 'R7' }),
    needs: 'register',
  },

  'authorization-without-resource': {
    title: 'An authorization without resource, of an unknown client',
    request: AUTHORIZATION,
    compares: pageOrRedirect('A2'),
  },
  'authorization-unknown-client': {
    title: 'An authorization of an unknown client',
    request: `${AUTHORIZATION}&resource={application}`,
    compares: pageOrRedirect('W9'),
  },
  'authorization-empty': {
    title: 'An authorization without any parameter',
    request: 'GET {authorization}',
    compares: pageOrRedirect('W4'),
  },

  'token-made-up-code': {
    title: 'A made-up code',
    request: `POST {token}
      ${FORM_BODY}

      grant_type=authorization_code&code=made-up&client_id={uuid}
      &redirect_uri=${CALLBACK}&code_verifier=${CODE_VERIFIER}`,
    compares: refusal('W5'),
  },
  'token-made-up-refresh-token': {
    title: 'A made-up refresh token',
    request: `POST {token}
      ${FORM_BODY}

      grant_type=refresh_token&refresh_token=${MADE_UP_TOKEN}&client_id={uuid}`,
    compares: refusal('W5'),
  },
  'token-unknown-grant-type': {
    title: 'A grant type that does not exist',
    request: `POST {token}
      ${FORM_BODY}

      grant_type=compare&client_id={uuid}`,
    compares: refusal('W5'),
  },
  'token-empty': {
    title: 'A token request without parameters',
    request: `POST {token}
      ${FORM_BODY}`,
    compares: refusal('W6'),
  },
  'token-cors': {
    title: 'A web page reads the error of a token request',
    request: `POST {token}
      Origin: https://client.example
      ${FORM_BODY}

      grant_type=authorization_code&code=made-up&client_id={uuid}`,
    compares: cors('M17', 'cannot read the error'),
  },
  'token-get': {
    title: 'GET of the token endpoint',
    request: 'GET {token}',
    compares: refusal('W7'),
  },
  'revocation-made-up': {
    title: 'The revocation of a made-up token',
    request: `POST {revocation}
      ${FORM_BODY}

      token=${MADE_UP_TOKEN}&client_id={uuid}`,
    compares: refusal('W8'),
  },
}
