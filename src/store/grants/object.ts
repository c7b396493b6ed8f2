import { DurableObject } from 'cloudflare:workers'
import { type EmulatorBinding, emulatorObject } from '../emulator'
import { emulatedNow } from '../emulator/state'
import type {
  AccessToken,
  Admission,
  Code,
  Grant,
  GrantDump,
  GrantView,
  Redemption,
  RedemptionOutcome,
  RefreshTokenWorth,
  RevocationOutcome,
  Rotation,
  RotationOutcome,
} from './grant'
import { GrantTables, type Spent, type State } from './tables'

type Env = { EMULATOR: EmulatorBinding }

/** A refresh token as it is shown. */
type Shown = Pick<Rotation, 'refreshHash' | 'graceSeconds' | 'now'>
type Weighed =
  | { worth: 'unknown' }
  | { worth: Exclude<RefreshTokenWorth, 'unknown'>; state: State; spent: Spent | undefined }

const COLLECTED_EVERY_SECONDS = 6 * 3600

// Enough to tell the tokens of one grant apart.
const TOKEN_ID_LENGTH = 12

/**
 * The lives of some of the grants: a code is redeemed once, a refresh token rotates, a grant is revoked.
 *
 * A Durable Object, because KV has no compare-and-set: each method runs from the question to the
 * stored answer without an `await`, so of any number of simultaneous calls one is the first. Many grants
 * share an object, because a new object costs more than all the rest of an authorization. Only hashes of
 * codes and tokens come here.
 */
export class GrantObject extends DurableObject<Env> {
  #known: GrantTables | undefined
  #collectedAtSeconds = 0

  /** Starts a grant with its code. */
  async open(grant: Grant, code: Code): Promise<void> {
    const now = grant.createdAtSeconds
    // By the emulated clock, which may be far ahead of the one of alarms.
    if (Math.abs(now - this.#collectedAtSeconds) >= COLLECTED_EVERY_SECONDS) this.#collect(now)
    this.#tables.add({
      grant,
      code: { ...code, redeemed: false },
      refreshHash: undefined,
      revoked: false,
    })
    await this.#collectLater()
  }

  find(grantId: string): Grant | undefined {
    return this.#tables.find(grantId)?.grant
  }

  /** Every check comes before the code is used up, so that a refusal leaves it as it was. */
  redeem(grantId: string, redemption: Redemption): RedemptionOutcome {
    const state = this.#tables.find(grantId)
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
      this.#tables.save({ ...state, revoked: true })
      return { outcome: 'replayed' }
    }
    const { refuseAs } = redemption
    if (state.revoked || refuseAs === 'revoked') return { outcome: 'revoked' }
    if (now >= code.expiresAtSeconds || refuseAs === 'expired') return { outcome: 'expired' }
    const token = accessToken(
      grant,
      redemption.accessHash,
      code.policyId,
      code.accessTokenLifetimeSeconds,
      now,
    )
    const { refreshHash } = redemption
    this.#tables.save({ ...state, code: { ...code, redeemed: true }, refreshHash })
    this.#tables.addToken(grantId, token)
    return { outcome: 'redeemed', grant, token }
  }

  rotate(grantId: string, rotation: Rotation): RotationOutcome {
    const weighed = this.#weigh(grantId, rotation)
    if (weighed.worth === 'unknown') return { outcome: 'unknown' }
    const { worth, state, spent } = weighed
    if (worth === 'reused') {
      // RFC 9700 4.14.2: a rotated token that comes back may be stolen, so the grant ends.
      if (rotation.onReuse === 'revoke') this.#tables.save({ ...state, revoked: true })
      return { outcome: 'reused' }
    }
    if (worth !== 'good') return { outcome: worth }
    if (spent) return { outcome: 'rotated', nonce: spent.nonce, token: spent.token }
    const { nonce, refreshHash, next, now } = rotation
    const token = accessToken(
      state.grant,
      next.accessHash,
      rotation.policyId,
      rotation.accessTokenLifetimeSeconds,
      now,
    )
    this.#tables.spend(grantId, refreshHash, { nonce, rotatedAtSeconds: now, token })
    this.#tables.save({ ...state, refreshHash: next.refreshHash })
    this.#tables.addToken(grantId, token)
    return { outcome: 'rotated', nonce, token }
  }

  /** What `rotate` would make of a refresh token; changes nothing. */
  weigh(grantId: string, shown: Shown): RefreshTokenWorth {
    return this.#weigh(grantId, shown).worth
  }

  #weigh(grantId: string, { refreshHash, graceSeconds, now }: Shown): Weighed {
    const state = this.#tables.find(grantId)
    if (!state) return { worth: 'unknown' }
    const isCurrent = state.refreshHash === refreshHash
    const spent = isCurrent ? undefined : this.#tables.spent(grantId, refreshHash)
    if (!isCurrent && !spent) return { worth: 'unknown' }
    if (state.revoked) return { worth: 'revoked', state, spent }
    const isOver = now >= state.grant.sessionEndsAtSeconds
    if (isOver) return { worth: 'session ended', state, spent }
    const isReused = spent !== undefined && now >= spent.rotatedAtSeconds + graceSeconds
    return { worth: isReused ? 'reused' : 'good', state, spent }
  }

  /**
   * The grant and the token behind an access token that is good now.
   *
   * @param isKnown whether the caller has the grant
   */
  admit(grantId: string, accessHash: string, now: number, isKnown: boolean): Admission {
    const state = this.#tables.find(grantId)
    const token = state && this.#tables.token(grantId, accessHash)
    if (!state || !token) return { outcome: 'unknown' }
    const grant = isKnown ? undefined : state.grant
    if (state.revoked) return { outcome: 'revoked', grant }
    if (now >= token.expiresAtSeconds) return { outcome: 'expired', grant }
    return { outcome: 'admitted', grant, token }
  }

  /** Ends a grant; answers whether that was news. */
  end(grantId: string): boolean {
    const state = this.#tables.find(grantId)
    if (!state || state.revoked) return false
    this.#tables.save({ ...state, revoked: true })
    return true
  }

  /**
   * RFC 7009: a refresh token, current or rotated, ends the grant.
   *
   * @param accessTokenEnds what an access token ends: itself, or its grant too
   */
  revoke(
    grantId: string,
    hash: string,
    clientId: string,
    accessTokenEnds: 'itself' | 'grant',
  ): RevocationOutcome {
    const state = this.#tables.find(grantId)
    if (!state) return 'unknown'
    const isAccess = this.#tables.token(grantId, hash) !== undefined
    const isRefresh = state.refreshHash === hash || this.#tables.spent(grantId, hash) !== undefined
    if (!isAccess && !isRefresh) return 'unknown'
    if (state.grant.clientId !== clientId) return 'other client'
    if (isAccess && accessTokenEnds === 'itself') this.#tables.removeToken(grantId, hash)
    else this.#tables.save({ ...state, revoked: true })
    return 'revoked'
  }

  /** A grant and its tokens, for people to look at. */
  view(grantId: string): GrantView | undefined {
    const state = this.#tables.find(grantId)
    if (!state) return undefined
    const tokens = this.#tables.tokens(grantId)
    return {
      grant: state.grant,
      revoked: state.revoked,
      tokens: tokens.map(({ hash, issuedAtSeconds, expiresAtSeconds }) => ({
        id: hash.slice(0, TOKEN_ID_LENGTH),
        issuedAtSeconds,
        expiresAtSeconds,
      })),
    }
  }

  /** Ends one access token by the id that the view names it with. */
  endToken(grantId: string, tokenId: string): boolean {
    const tokens = this.#tables.tokens(grantId)
    const token = tokens.find(({ hash }) => hash.slice(0, TOKEN_ID_LENGTH) === tokenId)
    if (token) this.#tables.removeToken(grantId, token.hash)
    return token !== undefined
  }

  /** Everything of a grant, for another store. */
  dump(grantId: string): GrantDump | undefined {
    const state = this.#tables.find(grantId)
    if (!state) return undefined
    return {
      state,
      accessTokens: this.#tables.tokens(grantId),
      spent: this.#tables.allSpent(grantId),
    }
  }

  /** Puts a grant here as it was in another store. */
  async load({ state, accessTokens, spent }: GrantDump): Promise<void> {
    const { id } = state.grant
    this.#tables.add(state)
    for (const token of accessTokens) this.#tables.addToken(id, token)
    for (const [hash, each] of Object.entries(spent)) this.#tables.spend(id, hash, each)
    await this.#collectLater()
  }

  /**
   * Deletes the grants whose session is over by the emulated clock, and all of them after a reset. An
   * object without grants is left without storage, as if it had never been.
   */
  override async alarm(): Promise<void> {
    const state = await emulatorObject(this.env.EMULATOR).read()
    const isOfAnEndedEpoch = this.ctx.id.name?.startsWith(`${state.epoch}:`) === false
    this.#collect(emulatedNow(state))
    if (!isOfAnEndedEpoch && !this.#tables.isEmpty()) return this.#collectLater()
    this.#known = undefined
    await this.ctx.storage.deleteAll()
  }

  #collect(now: number): void {
    this.#collectedAtSeconds = now
    this.#tables.collect(now)
  }

  // Made when they are needed first, so that asking for nothing after the last grant has a place.
  get #tables(): GrantTables {
    this.#known ??= new GrantTables(this.ctx.storage.sql)
    return this.#known
  }

  async #collectLater(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) !== null) return
    await this.ctx.storage.setAlarm(Date.now() + COLLECTED_EVERY_SECONDS * 1000)
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
