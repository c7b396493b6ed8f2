import type { z } from 'zod'
import {
  type Credential,
  type CredentialForms,
  hashSecret,
  newGrantId,
  newSecret,
  successorSecrets,
} from '../../access/token'
import { type RecordKind, Records, StorageUnavailable } from '../kv'
import { type Remote, remote } from '../remote'
import type {
  AccessToken,
  AdmissionOutcome,
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
import type { GrantObject } from './object'

/** The objects that grants are in. */
export type GrantsBinding = DurableObjectNamespace<GrantObject>

const KEPT_AGAIN_AFTER_MS = [100, 1000, 5000]

/** The tokens of one answer of the token endpoint. */
export type TokenPair = {
  accessToken: string
  refreshToken: string | undefined
  token: AccessToken
}

type Redeemed<G extends Grant> =
  | { outcome: 'redeemed'; grant: G; pair: TokenPair }
  | Exclude<RedemptionOutcome, { outcome: 'redeemed' }>
type Rotated =
  /** `isRepeated`: it was rotated before, and the grace window forgives it. */
  | { outcome: 'rotated'; pair: TokenPair; isRepeated: boolean }
  | Exclude<RotationOutcome, { outcome: 'rotated' }>

/** What tells the grants of one product from those of another. */
type Product<G extends Grant> = {
  records: RecordKind
  /** The part of an object's name: no token of one product finds a grant of another. */
  objects: '' | 'dashboard:'
  schema: z.ZodType<G>
  forms: CredentialForms
  /** What the revocation of an access token ends. */
  accessTokenEnds: 'itself' | 'grant'
}

/**
 * The grants of one product, with their codes and tokens.
 *
 * This folder owns what may happen only once to a grant: `object.ts` decides it, `tables.ts` stores it,
 * and this class is the way there from a code or token. The KV record of a grant is written once; it
 * lists the grant and says what its tokens permit. Policies and revocations by administrators are not here.
 */
export class Grants<G extends Grant> {
  readonly #records: Records<G>

  constructor(
    kv: KVNamespace,
    private readonly objects: GrantsBinding,
    private readonly epoch: string,
    private readonly product: Product<G>,
  ) {
    this.#records = new Records(kv, epoch, product.records, product.schema)
  }

  /** Starts a grant; answers the authorization code that redeems it, and the grant's id. */
  async open(
    grant: Omit<G, 'id'>,
    code: Omit<Code, 'hash'>,
  ): Promise<{ code: string; grantId: string }> {
    const grantId = newGrantId()
    const secret = newSecret()
    const whole = { ...grant, id: grantId } as G
    await this.#object(grantId).open(whole, { ...code, hash: await hashSecret(secret) })
    this.#records.remember(grantId, whole)
    return { code: this.product.forms.code.format({ grantId, secret }), grantId }
  }

  /** Reads a code; undefined if the text does not have the form of one. */
  parseCode(text: string): Credential | undefined {
    return this.product.forms.code.parse(text)
  }

  /** Reads a refresh token; undefined if the text does not have the form of one. */
  parseRefreshToken(text: string): Credential | undefined {
    return this.product.forms.refresh.parse(text)
  }

  /** Redeems a code exactly once. */
  async redeem(
    { grantId, secret }: Credential,
    redemption: Omit<Redemption, 'codeHash' | 'accessHash' | 'refreshHash'> & {
      withRefreshToken: boolean
    },
  ): Promise<Redeemed<G>> {
    const access = newSecret()
    const refresh = redemption.withRefreshToken ? newSecret() : undefined
    const { withRefreshToken: _, ...rest } = redemption
    const result = (await this.#object(grantId).redeem(grantId, {
      ...rest,
      codeHash: await hashSecret(secret),
      accessHash: await hashSecret(access),
      refreshHash: refresh && (await hashSecret(refresh)),
    })) as RedemptionOutcome<G>
    if (result.outcome !== 'redeemed') return result
    const { grant, token } = result
    return { outcome: 'redeemed', grant, pair: this.#pair(grantId, { access, refresh }, token) }
  }

  /** Writes the grant's record after the response. A failure is logged: the grant works, and is in no list. */
  keepLater(context: Pick<ExecutionContext, 'waitUntil'>, grant: G, now: number): void {
    const kept = this.keep(grant, now).catch((error) =>
      console.error(`The record of the grant ${grant.id} was not written.`, error),
    )
    context.waitUntil(kept)
  }

  /**
   * Keeps the grant's record; not needed for any decision, so it may be written after the answer. A
   * grant without one is in no list, so it is tried again where KV does not answer.
   */
  async keep(grant: G, now: number): Promise<void> {
    for (const pauseMs of [...KEPT_AGAIN_AFTER_MS, undefined]) {
      try {
        return await this.#records.put(grant.id, grant, {
          fromSeconds: now,
          seconds: grant.sessionEndsAtSeconds - now,
        })
      } catch (error) {
        if (pauseMs === undefined) throw error
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  /** The grant of a code or token, whether or not that is still good. */
  async find(grantId: string): Promise<G | undefined> {
    // Where KV does not answer, or has no record yet at this place, the object does.
    const known = await this.#records.find(grantId).catch(unlessUnavailable)
    if (known) return known
    const grant = (await this.#object(grantId).find(grantId)) as G | undefined
    if (grant) this.#records.remember(grantId, grant)
    return grant
  }

  /** The grant that a code or token names, whether or not that is, or ever was, good. */
  async findNamed(text: string): Promise<G | undefined> {
    const credential = this.#parse(text)
    return credential && this.find(credential.grantId)
  }

  /** What `rotate` would make of a refresh token; changes nothing. */
  async weigh(
    { grantId, secret }: Credential,
    moment: Pick<Rotation, 'graceSeconds' | 'now'>,
  ): Promise<RefreshTokenWorth> {
    const refreshHash = await hashSecret(secret)
    return this.#object(grantId).weigh(grantId, { ...moment, refreshHash })
  }

  /** Replaces a refresh token by the next pair. */
  async rotate(
    { grantId, secret }: Credential,
    rotation: Omit<Rotation, 'refreshHash' | 'nonce' | 'next'>,
  ): Promise<Rotated> {
    const nonce = newSecret()
    const next = await successorSecrets(secret, nonce)
    const result = await this.#object(grantId).rotate(grantId, {
      ...rotation,
      refreshHash: await hashSecret(secret),
      nonce,
      next: {
        accessHash: await hashSecret(next.access),
        refreshHash: await hashSecret(next.refresh),
      },
    })
    if (result.outcome !== 'rotated') return result
    const given = result.nonce === nonce ? next : await successorSecrets(secret, result.nonce)
    const pair = this.#pair(grantId, given, result.token)
    return { outcome: 'rotated', pair, isRepeated: result.nonce !== nonce }
  }

  /**
   * Returns the grant and token behind an access token, or why it is not valid now. The object decides
   * that each time; the grant itself never changes and is remembered here.
   */
  async admit(accessToken: string, now: number): Promise<AdmissionOutcome<G>> {
    const credential = this.product.forms.access.parse(accessToken)
    if (!credential) return { outcome: 'unknown' }
    const { grantId, secret } = credential
    const known = this.#records.remembered(grantId)
    const hash = await hashSecret(secret)
    const isKnown = known !== undefined
    const admission = await this.#object(grantId).admit(grantId, hash, now, isKnown)
    if (admission.outcome === 'unknown') return admission
    const grant = known ?? (admission.grant as G)
    if (!known) this.#records.remember(grantId, grant)
    return { ...admission, grant }
  }

  /** Revokes an access token, or the whole grant of a refresh token (RFC 7009 2.1). */
  async revoke(token: string, clientId: string): Promise<RevocationOutcome> {
    const credential = this.#parse(token)
    if (!credential) return 'unknown'
    const hash = await hashSecret(credential.secret)
    const { grantId } = credential
    return this.#object(grantId).revoke(grantId, hash, clientId, this.product.accessTokenEnds)
  }

  /** A page of the grants whose code was redeemed, and where the next one begins. */
  async list(limit: number, cursor?: string): Promise<{ grants: GrantView<G>[]; cursor?: string }> {
    const { ids, ...rest } = await this.#records.list(limit, cursor)
    const views = await Promise.all(ids.map((id) => this.view(id)))
    return { ...rest, grants: views.filter((view) => view !== undefined) }
  }

  /** A grant as its object knows it. */
  async view(grantId: string): Promise<GrantView<G> | undefined> {
    return (await this.#object(grantId).view(grantId)) as GrantView<G> | undefined
  }

  /** Ends one access token by the id that the view names it with. */
  async endToken(grantId: string, tokenId: string): Promise<boolean> {
    return this.#object(grantId).endToken(grantId, tokenId)
  }

  /** Everything about a grant, for a store to be loaded with it. */
  async dump(grantId: string): Promise<GrantDump<G> | undefined> {
    return (await this.#object(grantId).dump(grantId)) as GrantDump<G> | undefined
  }

  /**
   * Puts a grant into this store as it was in another.
   *
   * @param now of the clock that the grant goes on by
   */
  async load(dump: GrantDump<G>, now: number): Promise<void> {
    await this.#object(dump.state.grant.id).load(dump)
    await this.keep(dump.state.grant, now)
  }

  /** Ends a grant with all its tokens, at once; answers whether that was news. */
  async end(grantId: string): Promise<boolean> {
    return this.#object(grantId).end(grantId)
  }

  #parse(text: string): Credential | undefined {
    const { access, refresh, code } = this.product.forms
    return access.parse(text) ?? refresh.parse(text) ?? code.parse(text)
  }

  #pair(
    grantId: string,
    secrets: { access: string; refresh: string | undefined },
    token: AccessToken,
  ): TokenPair {
    const { access, refresh } = this.product.forms
    return {
      accessToken: access.format({ grantId, secret: secrets.access }),
      refreshToken: secrets.refresh && refresh.format({ grantId, secret: secrets.refresh }),
      token,
    }
  }

  // One of 64, by the first of the random characters of its id. An object holds grants of one product
  // only, so what it returns of a grant is a `G`.
  #object(grantId: string): Remote<GrantObject> {
    return remote(this.objects, `${this.epoch}:${this.product.objects}${grantId[0]}`)
  }
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof StorageUnavailable)) throw error
}
