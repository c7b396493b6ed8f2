/** The addresses of this instance, as a tour needs them. */
type Addresses = {
  /** `http://localhost:8788`. */
  application: string
  /** The issuer. */
  team: string
  /** The URL of Access's own paths: the team domain with `/cdn-cgi/access` or `/.access`. */
  access: string
}

// A shell function that reads a member of JSON, so that a tour needs nothing but curl.
const FIELD = String.raw`field() { sed 's/.*"'$1'":"\([^"]*\)".*/\1/'; }`

/** Returns a shell script that walks through a whole flow, from the first 401 to the refresh. */
export function curlTour({ application, team, access }: Addresses): string {
  return String.raw`APP=${application}
OAUTH=${access}/oauth
REDIRECT=http://localhost:53682/callback
${FIELD}

# 1. Without a credential: 401, which names the metadata.
curl -i $APP/mcp

# 2. The metadata of the resource and of the authorization server.
curl $APP/.well-known/cloudflare-access-protected-resource/mcp
curl ${team}/.well-known/oauth-authorization-server

# 3. Register a client.
CLIENT_ID=$(curl -s $OAUTH/registration --json '{"client_name":"curl","redirect_uris":["'$REDIRECT'"],"token_endpoint_auth_method":"none"}' | field client_id)

# 4. Authorize. The next authorization needs no page: a browser would show a login and a consent page.
curl -s -X PUT $APP/_emulator/auto-sign-in --json '{"email":"ada@example.com","times":1}'
CODE=$(curl -s -o /dev/null -w '%{redirect_url}' -G $OAUTH/authorization \
  -d response_type=code -d client_id=$CLIENT_ID -d state=tour \
  --data-urlencode redirect_uri=$REDIRECT --data-urlencode resource=$APP/mcp \
  -d code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM -d code_challenge_method=S256 |
  sed 's/.*[?&]code=\([^&]*\).*/\1/')

# 5. Redeem the code.
TOKENS=$(curl -s $OAUTH/token -d grant_type=authorization_code -d client_id=$CLIENT_ID -d code=$CODE \
  --data-urlencode redirect_uri=$REDIRECT -d code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk)
ACCESS_TOKEN=$(echo $TOKENS | field access_token)
REFRESH_TOKEN=$(echo $TOKENS | field refresh_token)

# 6. Call: 200. After 16 minutes: 401.
curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $ACCESS_TOKEN" $APP/whoami
curl -s -X PATCH $APP/_emulator/clock --json '{"advance":"16m"}'
curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $ACCESS_TOKEN" $APP/whoami

# 7. Refresh, and call again: 200.
ACCESS_TOKEN=$(curl -s $OAUTH/token -d grant_type=refresh_token -d client_id=$CLIENT_ID \
  -d refresh_token=$REFRESH_TOKEN | field access_token)
curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $ACCESS_TOKEN" $APP/whoami`
}

/** Returns a shell script that makes a service token, admits it by a policy, and uses it. */
export function serviceTokenTour({ application }: Addresses, applicationId: string): string {
  return String.raw`APP=${application}
API=$APP/client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/access
${FIELD}

# 1. Make the service token. Its secret is in this response only.
TOKEN=$(curl -s $API/service_tokens -H 'Authorization: Bearer any' --json '{"name":"CI"}')
CLIENT_ID=$(echo $TOKEN | field client_id)
CLIENT_SECRET=$(echo $TOKEN | field client_secret)

# 2. Admit service tokens with a policy of the decision Service Auth.
curl -s $API/apps/${applicationId}/policies -H 'Authorization: Bearer any' \
  --json '{"name":"CI","decision":"non_identity","include":[{"any_valid_service_token":{}}]}'

# 3. Use it: 200.
curl -s -o /dev/null -w '%{http_code}\n' $APP/whoami \
  -H "CF-Access-Client-Id: $CLIENT_ID" -H "CF-Access-Client-Secret: $CLIENT_SECRET"`
}
