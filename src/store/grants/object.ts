import { DurableObject } from 'cloudflare:workers'
import { type EmulatorBinding, emulatorObject } from '../emulator'
import { emulatedNow } from '../emulator/state'
import {
  type Found,
  judgeRefreshToken,
  newAccessToken,
  redemptionMismatch,
  type ShownRefreshToken,
} from './checks'
import { EpochTables } from './epoch-tables'
import type {
  Admission,
  Code,
  Grant,
  GrantDump,
  GrantView,
  OpeningOutcome,
  Redemption,
  RedemptionOutcome,
  RefreshTokenStatus,
  RevocationOutcome,
  Rotation,
  RotationOutcome,
} from './grant'

type Env = { EMULATOR: EmulatorBinding }

// Long enough to distinguish the tokens of one grant.
const TOKEN_ID_LENGTH = 12

/**
 * The grants whose ids begin with one character: a code is redeemed once, a refresh token rotates, a grant
 * is revoked.
 *
 * A Durable Object, because KV has no compare-and-set. No method has an `await` between reading a grant
 * and storing the result, so of any number of simultaneous calls one is the first. Many grants share an
 * object, because a new object costs more than the rest of an authorization. The object stores only
 * hashes of codes and tokens.
 *
 * Each call names its epoch (`epoch-tables.ts`).
 */
export class GrantObject extends DurableObject<Env> {
  readonly #epochs = new EpochTables(this.ctx.storage)

  /** Starts a grant with its code. Changes nothing if the grant exists. */
  async open(epoch: number, grant: Grant, code: Code): Promise<OpeningOutcome> {
    const tables = this.#epochs.enter(epoch)
    if (!tables) return 'opened'
    const now = grant.createdAtSeconds
    const before = tables.find(grant.id)
    if (before) {
      const { code, revoked } = before
      return code.redeemed || revoked || now >= code.expiresAtSeconds ? 'closed' : 'repeated'
    }
    this.#epochs.collectIfDue(tables, now)
    tables.add({
      grant,
      code: { ...code, redeemed: false },
      refreshHash: undefined,
      revoked: false,
    })
    await this.#epochs.collectLater()
    return 'opened'
  }

  find(epoch: number, grantId: string): Grant | undefined {
    return this.#find(epoch, grantId)?.state.grant
  }

  /** Redeems a code. Every check comes before the code is used up, so that a refusal changes nothing. */
  redeem(epoch: number, grantId: string, redemption: Redemption): RedemptionOutcome {
    const found = this.#find(epoch, grantId)
    if (!found || found.state.code.hash !== redemption.codeHash) return { outcome: 'unknown' }
    const { state, tables } = found
    const { code, grant } = state
    const mismatch = redemptionMismatch(state, redemption)
    if (mismatch) return { outcome: mismatch }
    if (code.redeemed) {
      // RFC 6749 4.1.2: a code that is used twice revokes its grant, however late that is.
      tables.save({ ...state, revoked: true })
      return { outcome: 'replayed' }
    }
    const { now, refuseAs } = redemption
    if (state.revoked || refuseAs === 'revoked') return { outcome: 'revoked' }
    if (now >= code.expiresAtSeconds || refuseAs === 'expired') return { outcome: 'expired' }
    const token = newAccessToken(
      grant,
      redemption.accessHash,
      code.policyId,
      code.accessTokenLifetimeSeconds,
      now,
    )
    const { refreshHash } = redemption
    tables.save({ ...state, code: { ...code, redeemed: true }, refreshHash })
    tables.addToken(grantId, token)
    return { outcome: 'redeemed', grant, token }
  }

  /** Replaces a refresh token by the next pair. */
  rotate(epoch: number, grantId: string, rotation: Rotation): RotationOutcome {
    const found = this.#find(epoch, grantId)
    const { status, spent } = judgeRefreshToken(found, rotation)
    if (!found || status === 'unknown') return { outcome: 'unknown' }
    const { state, tables } = found
    if (status === 'reused') {
      // RFC 9700 4.14.2: a rotated token that is used again may be stolen, so the grant ends.
      if (rotation.onReuse === 'revoke') tables.save({ ...state, revoked: true })
      return { outcome: 'reused' }
    }
    if (status !== 'good') return { outcome: status }
    if (spent) return { outcome: 'rotated', nonce: spent.nonce, token: spent.token }
    const { nonce, refreshHash, next, now } = rotation
    const token = newAccessToken(
      state.grant,
      next.accessHash,
      rotation.policyId,
      rotation.accessTokenLifetimeSeconds,
      now,
    )
    tables.spend(grantId, refreshHash, { nonce, rotatedAtSeconds: now, token })
    tables.save({ ...state, refreshHash: next.refreshHash })
    tables.addToken(grantId, token)
    return { outcome: 'rotated', nonce, token }
  }

  /** Returns how `rotate` would find a refresh token; changes nothing. */
  refreshTokenStatus(epoch: number, grantId: string, shown: ShownRefreshToken): RefreshTokenStatus {
    return judgeRefreshToken(this.#find(epoch, grantId), shown).status
  }

  /**
   * Returns the grant and the token behind an access token that is valid now.
   *
   * @param isKnown whether the caller has the grant
   */
  admit(
    epoch: number,
    grantId: string,
    accessHash: string,
    now: number,
    isKnown: boolean,
  ): Admission {
    const found = this.#find(epoch, grantId)
    const token = found?.tables.token(grantId, accessHash)
    if (!found || !token) return { outcome: 'unknown' }
    const { state } = found
    const grant = isKnown ? undefined : state.grant
    if (state.revoked) return { outcome: 'revoked', grant }
    if (now >= token.expiresAtSeconds) return { outcome: 'expired', grant }
    return { outcome: 'admitted', grant, token }
  }

  /** Ends a grant. */
  end(epoch: number, grantId: string): void {
    const found = this.#find(epoch, grantId)
    if (found) found.tables.save({ ...found.state, revoked: true })
  }

  /**
   * Ends every grant whose code was redeemed.
   *
   * @param clientId ends only the grants of this client
   * @returns the number of grants that were not revoked before
   */
  endAll(epoch: number, clientId?: string): number {
    const tables = this.#epochs.enter(epoch)
    const active = tables?.all().filter(({ code, grant, revoked }) => {
      return code.redeemed && !revoked && (clientId === undefined || grant.clientId === clientId)
    })
    for (const state of active ?? []) tables?.save({ ...state, revoked: true })
    return active?.length ?? 0
  }

  /**
   * Revokes a token (RFC 7009). A refresh token, current or rotated, ends the grant.
   *
   * @param accessTokenEnds what an access token ends: itself, or its grant too
   */
  revoke(
    epoch: number,
    grantId: string,
    hash: string,
    clientId: string,
    accessTokenEnds: 'itself' | 'grant',
  ): RevocationOutcome {
    const found = this.#find(epoch, grantId)
    if (!found) return 'unknown'
    const { state, tables } = found
    const isAccess = tables.token(grantId, hash) !== undefined
    const isRefresh = state.refreshHash === hash || tables.spent(grantId, hash) !== undefined
    if (!isAccess && !isRefresh) return 'unknown'
    if (state.grant.clientId !== clientId) return 'other-client'
    if (isAccess && accessTokenEnds === 'itself') tables.removeToken(grantId, hash)
    else tables.save({ ...state, revoked: true })
    return 'revoked'
  }

  /** Returns a grant and its tokens for display. */
  view(epoch: number, grantId: string): GrantView | undefined {
    const found = this.#find(epoch, grantId)
    if (!found) return undefined
    const { state, tables } = found
    return {
      grant: state.grant,
      revoked: state.revoked,
      tokens: tables.tokens(grantId).map(({ hash, issuedAtSeconds, expiresAtSeconds }) => ({
        id: hash.slice(0, TOKEN_ID_LENGTH),
        issuedAtSeconds,
        expiresAtSeconds,
      })),
    }
  }

  /** Ends one access token by its id in the view, and returns whether it exists. */
  endToken(epoch: number, grantId: string, tokenId: string): boolean {
    const tables = this.#epochs.enter(epoch)
    const tokens = tables?.tokens(grantId) ?? []
    const token = tokens.find(({ hash }) => hash.slice(0, TOKEN_ID_LENGTH) === tokenId)
    if (token) tables?.removeToken(grantId, token.hash)
    return token !== undefined
  }

  /** Returns everything about a grant, for another store. */
  dump(epoch: number, grantId: string): GrantDump | undefined {
    const found = this.#find(epoch, grantId)
    if (!found) return undefined
    const { state, tables } = found
    return { state, accessTokens: tables.tokens(grantId), spent: tables.allSpent(grantId) }
  }

  /**
   * Adds a grant of another store to an epoch that has not begun. The epoch begins with the first other
   * call, so a load that fails changes nothing.
   */
  async load(epoch: number, { state, accessTokens, spent }: GrantDump): Promise<void> {
    const tables = this.#epochs.ahead(epoch)
    if (!tables) return
    const { id } = state.grant
    tables.add(state)
    for (const token of accessTokens) tables.addToken(id, token)
    for (const [hash, each] of Object.entries(spent)) tables.spend(id, hash, each)
    await this.#epochs.collectLater()
  }

  /**
   * Deletes the grants of ended epochs, and those whose session has expired by the emulated clock. An
   * object without grants deletes its storage.
   */
  override async alarm(): Promise<void> {
    const state = await emulatorObject(this.env.EMULATOR).read()
    const tables = this.#epochs.enter(state.epochNumber)
    if (tables) this.#epochs.collect(tables, emulatedNow(state))
    await this.#epochs.deleteIfEmpty()
  }

  #find(epoch: number, grantId: string): Found | undefined {
    const tables = this.#epochs.enter(epoch)
    const state = tables?.find(grantId)
    return tables && state && { tables, state }
  }
}
