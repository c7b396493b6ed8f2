import {
  formatCode,
  formatToken,
  hashSecret,
  newGrantId,
  newSecret,
  parseCode,
  parseToken,
  successorSecrets,
} from '../access/token'
import {
  type AccessToken,
  type Code,
  type Grant,
  grantSchema,
  type Redemption,
  type RedemptionOutcome,
  type RevocationOutcome,
  type Rotation,
  type RotationOutcome,
} from './grant'
import type { GrantObject } from './grant-object'
import { Records } from './kv'

/** The tokens of one answer of the token endpoint. */
export type TokenPair = {
  accessToken: string
  refreshToken: string | undefined
  token: AccessToken
}

type Redeemed =
  | { outcome: 'redeemed'; grant: Grant; pair: TokenPair }
  | Exclude<RedemptionOutcome, { outcome: 'redeemed' }>
type Rotated =
  | { outcome: 'rotated'; pair: TokenPair }
  | Exclude<RotationOutcome, { outcome: 'rotated' }>

/**
 * Grants, their codes and their tokens. What may happen once is asked of the grant's Durable
 * Object; the KV record is written once and tells what a refresh token stands for.
 */
export class Grants {
  readonly #records: Records<Grant>

  constructor(
    kv: KVNamespace,
    private readonly objects: DurableObjectNamespace<GrantObject>,
    private readonly epoch: string,
  ) {
    this.#records = new Records(kv, epoch, 'grant', grantSchema)
  }

  /** Starts a grant; answers the authorization code that redeems it. */
  async open(grant: Omit<Grant, 'id'>, code: Omit<Code, 'hash'>, now: number): Promise<string> {
    const id = newGrantId()
    const secret = newSecret()
    const whole = { ...grant, id }
    await this.#object(id).open(whole, { ...code, hash: await hashSecret(secret) }, now)
    return formatCode({ grantId: id, secret })
  }

  /** Redeems a code exactly once. `undefined` where the text has not a code's form. */
  async redeem(
    code: string,
    redemption: Omit<Redemption, 'codeHash' | 'accessHash' | 'refreshHash'> & {
      withRefreshToken: boolean
    },
  ): Promise<Redeemed | undefined> {
    const credential = parseCode(code)
    if (!credential) return undefined
    const { grantId } = credential
    const access = newSecret()
    const refresh = redemption.withRefreshToken ? newSecret() : undefined
    const { withRefreshToken: _, ...rest } = redemption
    const result = (await this.#object(grantId).redeem({
      ...rest,
      codeHash: await hashSecret(credential.secret),
      accessHash: await hashSecret(access),
      refreshHash: refresh && (await hashSecret(refresh)),
    })) as RedemptionOutcome
    if (result.outcome !== 'redeemed') return result
    const { grant, token } = result
    return {
      outcome: 'redeemed',
      grant,
      pair: {
        accessToken: formatToken({ grantId, secret: access }),
        refreshToken: refresh && formatToken({ grantId, secret: refresh }),
        token,
      },
    }
  }

  /** Keeps the grant's record; not needed for any decision, so it may be written after the answer. */
  async keep(grant: Grant, now: number): Promise<void> {
    await this.#records.put(grant.id, grant, grant.sessionEndsAtSeconds - now)
  }

  /** The grant of a code or token, whether or not that is still good. */
  async find(grantId: string): Promise<Grant | undefined> {
    const known = await this.#records.find(grantId)
    if (known) return known
    // A KV miss is no refusal: the record may not have arrived at this place yet.
    const grant = (await this.#object(grantId).find()) as Grant | undefined
    if (grant) this.#records.remember(grantId, grant)
    return grant
  }

  /** Replaces a refresh token by the next pair. The token has the form that `parseToken` reads. */
  async rotate(
    refreshToken: string,
    rotation: Omit<Rotation, 'refreshHash' | 'nonce' | 'next'>,
  ): Promise<Rotated> {
    const credential = parseToken(refreshToken)
    if (!credential) return { outcome: 'unknown' }
    const { grantId, secret } = credential
    const nonce = newSecret()
    const next = await successorSecrets(secret, nonce)
    const result = (await this.#object(grantId).rotate({
      ...rotation,
      refreshHash: await hashSecret(secret),
      nonce,
      next: {
        accessHash: await hashSecret(next.access),
        refreshHash: await hashSecret(next.refresh),
      },
    })) as RotationOutcome
    if (result.outcome !== 'rotated') return result
    const given = result.nonce === nonce ? next : await successorSecrets(secret, result.nonce)
    return {
      outcome: 'rotated',
      pair: {
        accessToken: formatToken({ grantId, secret: given.access }),
        refreshToken: formatToken({ grantId, secret: given.refresh }),
        token: result.token,
      },
    }
  }

  /** The grant and token behind an access token that is good now. */
  async admit(
    accessToken: string,
    now: number,
  ): Promise<{ grant: Grant; token: AccessToken } | undefined> {
    const credential = parseToken(accessToken)
    if (!credential) return undefined
    const hash = await hashSecret(credential.secret)
    return (await this.#object(credential.grantId).admit(hash, now)) as
      | { grant: Grant; token: AccessToken }
      | undefined
  }

  /** Revokes an access token, or the whole grant of a refresh token (RFC 7009 2.1). */
  async revoke(token: string, clientId: string): Promise<RevocationOutcome> {
    const credential = parseToken(token)
    if (!credential) return 'unknown'
    return this.#object(credential.grantId).revoke(await hashSecret(credential.secret), clientId)
  }

  #object(grantId: string): DurableObjectStub<GrantObject> {
    return this.objects.getByName(`${this.epoch}:${grantId}`)
  }
}
