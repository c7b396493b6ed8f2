/** A test with the package, for Vitest. */
export const VITEST = `import { accessTest } from 'access-oauth-emulator/vitest'
import { expect } from 'vitest'

const test = accessTest({ origin: 'http://localhost:3000/mcp' })

test('admits the person until the access token expires', async ({ access }) => {
  const { accessToken } = await access.signIn('ada@example.com')
  const headers = { authorization: \`Bearer \${accessToken}\` }
  expect((await fetch(access.url, { headers })).status).toBe(200)

  await access.clock.advance('16m')
  expect((await fetch(access.url, { headers })).status).toBe(401)
})
`

/**
 * Returns a test for pytest, with Python's standard library alone.
 *
 * @param origin the emulator's address if the tests run beside it
 */
export const pytest = (origin: string) => `import json
import os
import urllib.error
import urllib.request

import pytest

URL = os.environ.get("ACCESS_URL", "${origin}")


def send(method, path, body=None, token=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.fixture
def token():
    send("POST", "/_emulator/reset")
    status, body = send("POST", "/_emulator/tokens", {"email": "ada@example.com"})
    assert status == 200, body
    return json.loads(body)["access_token"]


def test_admits_the_person_until_the_access_token_expires(token):
    assert send("GET", "/whoami", token=token)[0] == 200
    send("PATCH", "/_emulator/clock", {"advance": "16m"})
    assert send("GET", "/whoami", token=token)[0] == 401
`

/**
 * Returns a test for Go, with its standard library alone.
 *
 * @param origin the emulator's address if the tests run beside it
 */
export const goTest = (origin: string) => `package access

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

func send(t *testing.T, method, path, body, token string) *http.Response {
	t.Helper()
	url := os.Getenv("ACCESS_URL")
	if url == "" {
		url = "${origin}"
	}
	request, err := http.NewRequest(method, url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func signIn(t *testing.T, email string) string {
	t.Helper()
	send(t, "POST", "/_emulator/reset", "", "")
	response := send(t, "POST", "/_emulator/tokens", \`{"email":"\`+email+\`"}\`, "")
	var issued struct {
		AccessToken string \`json:"access_token"\`
	}
	if err := json.NewDecoder(response.Body).Decode(&issued); err != nil {
		t.Fatal(err)
	}
	return issued.AccessToken
}

func TestAdmitsThePersonUntilTheAccessTokenExpires(t *testing.T) {
	token := signIn(t, "ada@example.com")
	if status := send(t, "GET", "/whoami", "", token).StatusCode; status != 200 {
		t.Fatalf("got %d, want 200", status)
	}
	send(t, "PATCH", "/_emulator/clock", \`{"advance":"16m"}\`, "")
	if status := send(t, "GET", "/whoami", "", token).StatusCode; status != 401 {
		t.Fatalf("got %d, want 401", status)
	}
}
`
