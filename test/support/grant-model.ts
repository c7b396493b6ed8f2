/** The outcome of a request: 'ok', or the description of the refusal. */
export type Outcome = string

/** A pair from a response of the Worker: the model creates no tokens. */
export type Pair = { access: string; refresh: string }

export type Rules = {
  accessTokenSeconds: number
  sessionSeconds: number
  codeSeconds: number
  graceSeconds: number
  onReuse: 'revoke' | 'refuse'
}

type Spent = { atSeconds: number; pair: Pair }

/**
 * The life of one grant by the README and the RFCs, without storage, hashes or concurrency: the
 * required response to every request, and its effect.
 */
export class GrantModel {
  #isRedeemed = false
  #isRevoked = false
  /** A state that was loaded has no codes that were not redeemed. */
  #isForgotten = false
  #current: string | undefined
  readonly #spent = new Map<string, Spent>()
  readonly #endsOfAccess = new Map<string, number>()
  readonly #ended = new Set<string>()

  constructor(
    readonly code: string,
    private readonly rules: Rules,
    private readonly openedAtSeconds: number,
  ) {}

  /** Every refresh token that was ever issued, the current one last. */
  get refreshTokens(): string[] {
    return [...this.#spent.keys(), ...(this.#current === undefined ? [] : [this.#current])]
  }

  /** Every access token that was ever issued. */
  get accessTokens(): string[] {
    return [...this.#endsOfAccess.keys()]
  }

  /** The exchange of the code by the client `isOwn`, with the right verifier or another. */
  redeem(now: number, isOwn: boolean, isVerifier: boolean): Outcome {
    if (this.#isForgotten) return 'authorization code is invalid'
    if (!isOwn) return 'authorization code was issued to another client'
    if (!isVerifier) return 'code_verifier does not match the code_challenge'
    if (this.#isRedeemed) {
      this.#isRevoked = true
      return 'authorization code was used before; its tokens are revoked'
    }
    if (this.#isRevoked) return 'the grant is revoked'
    if (now >= this.openedAtSeconds + this.rules.codeSeconds)
      return 'authorization code has expired'
    this.#isRedeemed = true
    return 'ok'
  }

  /** Adds the tokens of a redemption. */
  redeemed(now: number, pair: Pair): void {
    this.#current = pair.refresh
    this.#addAccess(now, pair.access)
  }

  /** The refresh of a token by a client, while the policies admit the person or not. */
  refresh(now: number, token: string, isOwn: boolean, isOpen: boolean): Outcome | Spent {
    if (this.#isForgotten) return 'refresh token is invalid'
    const spent = this.#spent.get(token)
    if (!spent && token !== this.#current) return 'refresh token is invalid'
    if (!isOwn) return 'refresh token was issued to another client'
    if (!isOpen) return 'Access policies no longer admit this person'
    if (this.#isRevoked) return 'the grant is revoked'
    if (now >= this.#sessionEnds) return 'the session of the grant has ended; log in again'
    if (!spent) return 'ok'
    if (now < spent.atSeconds + this.rules.graceSeconds) return spent
    if (this.rules.onReuse === 'revoke') this.#isRevoked = true
    return 'refresh token was used before'
  }

  /** Adds the tokens of a rotation of the current token. */
  refreshed(now: number, pair: Pair): void {
    if (this.#current !== undefined) this.#spent.set(this.#current, { atSeconds: now, pair })
    this.#current = pair.refresh
    this.#addAccess(now, pair.access)
  }

  /** A revocation (RFC 7009) of any text by a client. */
  revoke(token: string, isOwn: boolean): Outcome {
    const isAccess = this.#endsOfAccess.has(token) && !this.#ended.has(token)
    if (!isAccess && !this.refreshTokens.includes(token)) return 'ok'
    if (!isOwn) return 'the token was issued to another client'
    if (isAccess) this.#ended.add(token)
    else this.#isRevoked = true
    return 'ok'
  }

  /** Ends the whole grant at the control, and returns whether it exists. */
  end(): boolean {
    if (this.#isForgotten) return false
    this.#isRevoked = true
    return true
  }

  /** Returns whether the gate admits a token. */
  admits(now: number, token: string): boolean {
    if (this.#isRevoked || this.#ended.has(token)) return false
    return now < (this.#endsOfAccess.get(token) ?? 0)
  }

  /** The remaining lifetime of an access token; 0 if it has expired. */
  secondsLeft(now: number, token: string): number {
    return Math.max(0, (this.#endsOfAccess.get(token) ?? 0) - now)
  }

  /** Returns the grant after a state that is saved now has been loaded. */
  restart(): void {
    if (!this.#isRedeemed) this.#isForgotten = true
  }

  get #sessionEnds(): number {
    return this.openedAtSeconds + this.rules.sessionSeconds
  }

  #addAccess(now: number, token: string): void {
    const ends = Math.min(now + this.rules.accessTokenSeconds, this.#sessionEnds)
    this.#endsOfAccess.set(token, ends)
  }
}
