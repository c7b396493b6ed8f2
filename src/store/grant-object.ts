import { DurableObject } from 'cloudflare:workers'
import type { EmulatorObject } from './emulator-object'
import type {
  AccessToken,
  AdmissionOutcome,
  Code,
  Grant,
  GrantDump,
  GrantView,
  Redemption,
  RedemptionOutcome,
  RevocationOutcome,
  Rotation,
  RotationOutcome,
} from './grant'

type Env = { EMULATOR: DurableObjectNamespace<EmulatorObject> }

type State = GrantDump['state']

// What is remembered of a rotated refresh token: how its pair was made, for the grace window.
type Spent = GrantDump['spent'][string]

// A table, because a grant may have many tokens alive at once, and those that are over go by time.
const ACCESS_TOKENS = `CREATE TABLE access_token (
  hash TEXT PRIMARY KEY,
  issuedAtSeconds INTEGER NOT NULL,
  expiresAtSeconds INTEGER NOT NULL,
  policyId TEXT NOT NULL
) WITHOUT ROWID`

const SPENT = 'spent:'

// Enough to tell the tokens of one grant apart.
const TOKEN_ID_LENGTH = 12

const ALARM_RETRY_MS = 6 * 3_600_000

// How long a token that is over is told from one that never was.
const EXPIRED_KEPT_SECONDS = 86_400

/**
 * One grant's life: its code is redeemed once, its refresh token rotates, it is revoked.
 *
 * A Durable Object, because KV has no compare-and-set: each method runs from the question to the
 * stored answer without an `await`, so of any number of simultaneous calls one is the first.
 * Only hashes of codes and tokens come here.
 */
export class GrantObject extends DurableObject<Env> {
  #state: State | undefined = this.ctx.storage.kv.get<State>('state')

  /** Starts the grant with its code. */
  async open(grant: Grant, code: Code, now: number): Promise<void> {
    if (this.#state) throw new Error('the grant is open already')
    this.ctx.storage.sql.exec(ACCESS_TOKENS)
    this.#save({
      grant,
      code: { ...code, redeemed: false },
      refreshHash: undefined,
      revoked: false,
    })
    await this.#collectAfter(Math.max(grant.sessionEndsAtSeconds, code.expiresAtSeconds) - now)
  }

  // The alarm only collects rubbish, a while after the session's end.
  async #collectAfter(seconds: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + Math.max(0, seconds) * 1000 + ALARM_RETRY_MS)
  }

  /** The grant and its tokens, for people to look at. */
  view(): GrantView | undefined {
    if (!this.#state) return undefined
    const { grant, revoked } = this.#state
    const tokens = this.#accessTokens().map(({ hash, issuedAtSeconds, expiresAtSeconds }) => ({
      id: hash.slice(0, TOKEN_ID_LENGTH),
      issuedAtSeconds,
      expiresAtSeconds,
    }))
    return { grant, revoked, tokens }
  }

  /** Ends one access token by the id that the view names it with. */
  endToken(id: string): boolean {
    const token = this.#accessTokens().find(({ hash }) => hash.slice(0, TOKEN_ID_LENGTH) === id)
    if (!token) return false
    this.ctx.storage.sql.exec('DELETE FROM access_token WHERE hash = ?', token.hash)
    return true
  }

  dump(): GrantDump | undefined {
    if (!this.#state) return undefined
    const spent = [...this.ctx.storage.kv.list<Spent>({ prefix: SPENT })].map(
      ([key, value]) => [key.slice(SPENT.length), value] as const,
    )
    return {
      state: this.#state,
      accessTokens: this.#accessTokens(),
      spent: Object.fromEntries(spent),
    }
  }

  /** Starts as the grant was in another store. */
  async load({ state, accessTokens, spent }: GrantDump, now: number): Promise<void> {
    if (this.#state) throw new Error('the grant is open already')
    this.ctx.storage.sql.exec(ACCESS_TOKENS)
    this.#save(state)
    for (const token of accessTokens) this.#keep(token)
    for (const [hash, each] of Object.entries(spent)) {
      this.ctx.storage.kv.put<Spent>(`${SPENT}${hash}`, each)
    }
    await this.#collectAfter(state.grant.sessionEndsAtSeconds - now)
  }

  find(): Grant | undefined {
    return this.#state?.grant
  }

  /** Every check comes before the code is used up, so that a refusal leaves it as it was. */
  redeem(redemption: Redemption): RedemptionOutcome {
    const state = this.#state
    const { now } = redemption
    if (!state || state.code.hash !== redemption.codeHash) return { outcome: 'unknown' }
    const { code, grant } = state
    if (grant.clientId !== redemption.clientId) return { outcome: 'other client' }
    if (code.redirectUri !== undefined && code.redirectUri !== redemption.redirectUri) {
      return { outcome: 'other redirect_uri' }
    }
    if (code.codeChallenge !== redemption.codeChallenge) {
      return { outcome: code.codeChallenge ? 'other verifier' : 'unexpected verifier' }
    }
    const { applicationId } = redemption
    if (applicationId && 'applicationId' in grant && applicationId !== grant.applicationId) {
      return { outcome: 'other resource' }
    }
    if (code.redeemed) {
      // RFC 6749 4.1.2: a code used twice revokes what it gave, however late it comes.
      this.#save({ ...state, revoked: true })
      return { outcome: 'replayed' }
    }
    if (state.revoked) return { outcome: 'revoked' }
    if (now >= code.expiresAtSeconds) return { outcome: 'expired' }
    const token = accessToken(
      grant,
      redemption.accessHash,
      code.policyId,
      code.accessTokenLifetimeSeconds,
      now,
    )
    this.#save({
      ...state,
      code: { ...code, redeemed: true },
      refreshHash: redemption.refreshHash,
    })
    this.#keep(token)
    return { outcome: 'redeemed', grant, token }
  }

  rotate(rotation: Rotation): RotationOutcome {
    const state = this.#state
    const { now } = rotation
    if (!state) return { outcome: 'unknown' }
    const isCurrent = state.refreshHash === rotation.refreshHash
    const spent = isCurrent ? undefined : this.#spent(rotation.refreshHash)
    if (!isCurrent && !spent) return { outcome: 'unknown' }
    if (state.revoked) return { outcome: 'revoked' }
    if (now >= state.grant.sessionEndsAtSeconds) return { outcome: 'session ended' }
    if (spent) {
      if (now < spent.rotatedAtSeconds + rotation.graceSeconds) {
        return { outcome: 'rotated', nonce: spent.nonce, token: spent.token }
      }
      // RFC 9700 4.14.2: a rotated token that comes back may be stolen, so the grant ends.
      if (rotation.onReuse === 'revoke') this.#save({ ...state, revoked: true })
      return { outcome: 'reused' }
    }
    const token = accessToken(
      state.grant,
      rotation.next.accessHash,
      rotation.policyId,
      rotation.accessTokenLifetimeSeconds,
      now,
    )
    this.ctx.storage.kv.put<Spent>(`${SPENT}${rotation.refreshHash}`, {
      nonce: rotation.nonce,
      rotatedAtSeconds: now,
      token,
    })
    this.#save({ ...state, refreshHash: rotation.next.refreshHash })
    this.#keep(token)
    return { outcome: 'rotated', nonce: rotation.nonce, token }
  }

  /** The grant and the token behind an access token that is good now. */
  admit(accessHash: string, now: number): AdmissionOutcome {
    const token = this.#state && this.#accessToken(accessHash)
    if (!this.#state || !token) return { outcome: 'unknown' }
    const { grant, revoked } = this.#state
    if (revoked) return { outcome: 'revoked', grant }
    if (now >= token.expiresAtSeconds) return { outcome: 'expired', grant }
    return { outcome: 'admitted', grant, token }
  }

  /** Ends the grant; answers whether that was news. */
  end(): boolean {
    const state = this.#state
    if (!state || state.revoked) return false
    this.#save({ ...state, revoked: true })
    return true
  }

  /**
   * RFC 7009: a refresh token, current or rotated, ends the grant.
   *
   * @param accessTokenEnds what an access token ends: itself, or its grant too
   */
  revoke(hash: string, clientId: string, accessTokenEnds: 'itself' | 'grant'): RevocationOutcome {
    const state = this.#state
    if (!state) return 'unknown'
    const isAccess = this.#accessToken(hash) !== undefined
    if (!isAccess && state.refreshHash !== hash && !this.#spent(hash)) return 'unknown'
    if (state.grant.clientId !== clientId) return 'other client'
    if (isAccess && accessTokenEnds === 'itself') {
      this.ctx.storage.sql.exec('DELETE FROM access_token WHERE hash = ?', hash)
    } else {
      this.#save({ ...state, revoked: true })
    }
    return 'revoked'
  }

  /** Deletes the grant once its session is over by the emulated clock too. */
  override async alarm(): Promise<void> {
    const now = await this.env.EMULATOR.getByName('emulator').now()
    if (this.#state && now < this.#state.grant.sessionEndsAtSeconds) {
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS)
      return
    }
    this.#state = undefined
    await this.ctx.storage.deleteAll()
  }

  #accessTokens(): AccessToken[] {
    return [
      ...this.ctx.storage.sql.exec<AccessToken>(
        'SELECT * FROM access_token ORDER BY issuedAtSeconds, hash',
      ),
    ]
  }

  #accessToken(hash: string): AccessToken | undefined {
    const [row] = this.ctx.storage.sql.exec<AccessToken>(
      'SELECT * FROM access_token WHERE hash = ?',
      hash,
    )
    return row
  }

  #keep(token: AccessToken): void {
    const { sql } = this.ctx.storage
    sql.exec(
      'DELETE FROM access_token WHERE expiresAtSeconds <= ?',
      token.issuedAtSeconds - EXPIRED_KEPT_SECONDS,
    )
    sql.exec(
      'INSERT INTO access_token VALUES (?, ?, ?, ?)',
      token.hash,
      token.issuedAtSeconds,
      token.expiresAtSeconds,
      token.policyId,
    )
  }

  #spent(hash: string): Spent | undefined {
    return this.ctx.storage.kv.get<Spent>(`${SPENT}${hash}`)
  }

  #save(state: State): void {
    this.ctx.storage.kv.put('state', state)
    this.#state = state
  }
}

// Assumed: an access token never outlives the grant's session.
function accessToken(
  grant: Grant,
  hash: string,
  policyId: string,
  lifetimeSeconds: number,
  now: number,
): AccessToken {
  return {
    hash,
    policyId,
    issuedAtSeconds: now,
    expiresAtSeconds: Math.min(now + lifetimeSeconds, grant.sessionEndsAtSeconds),
  }
}
