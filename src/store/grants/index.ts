import {
  type Credential,
  hashSecret,
  newGrantId,
  newSecret,
  successorSecrets,
} from '../../access/token'
import { type Epoch, NOT_COUNTED } from '../emulator/state'
import { type Remote, remote } from '../remote'
import type {
  AccessToken,
  AdmissionOutcome,
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
import type { GrantObject } from './object'
import type { Product } from './product'
import { GrantRecords } from './records'

/** The namespace of the objects that store grants. */
export type GrantsBinding = DurableObjectNamespace<GrantObject>

/** The tokens of one response of the token endpoint. */
export type TokenPair = {
  accessToken: string
  refreshToken: string | undefined
  token: AccessToken
}

type Redeemed<G extends Grant> =
  | { outcome: 'redeemed'; grant: G; pair: TokenPair }
  | Exclude<RedemptionOutcome, { outcome: 'redeemed' }>
type Rotated =
  /** `isRepeated`: the token was rotated before, and is still in its grace window. */
  | { outcome: 'rotated'; pair: TokenPair; isRepeated: boolean }
  | Exclude<RotationOutcome, { outcome: 'rotated' }>

/**
 * The grants of one product, with their codes and tokens.
 *
 * This folder owns the operations that succeed only once for a grant: `object.ts` decides them, `tables.ts`
 * stores the results, and this class finds the object of a code or token. `records.ts` lists the grants in KV.
 * Policies and revocations by administrators are not here.
 */
export class Grants<G extends Grant> {
  readonly #records: GrantRecords<G>
  readonly #epoch: number

  constructor(
    kv: KVNamespace,
    private readonly objects: GrantsBinding,
    private readonly epoch: Epoch,
    private readonly product: Product<G>,
  ) {
    this.#epoch = epoch.epochNumber
    this.#records = new GrantRecords(kv, epoch.epoch, product.records, product.schema)
  }

  /**
   * Starts a grant, and returns its id and the authorization code that redeems it.
   *
   * @param credential the id of the grant and the secret of the code, if something chose them before. The
   *   same credential starts one grant, however often it is used
   */
  async open(
    grant: Omit<G, 'id'>,
    code: Omit<Code, 'hash'>,
    credential: Credential = { grantId: newGrantId(), secret: newSecret() },
  ): Promise<{ code: string; grantId: string; outcome: OpeningOutcome }> {
    const { grantId, secret } = credential
    const whole = { ...grant, id: grantId } as G
    const outcome = await this.#object(grantId).open(this.#epoch, whole, {
      ...code,
      hash: await hashSecret(secret),
    })
    if (outcome === 'opened') this.#records.remember(grantId, whole)
    return { code: this.product.forms.code.format(credential), grantId, outcome }
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
    const result = (await this.#object(grantId).redeem(this.#epoch, grantId, {
      ...rest,
      codeHash: await hashSecret(secret),
      accessHash: await hashSecret(access),
      refreshHash: refresh && (await hashSecret(refresh)),
    })) as RedemptionOutcome<G>
    if (result.outcome !== 'redeemed') return result
    const { grant, token } = result
    return { outcome: 'redeemed', grant, pair: this.#pair(grantId, { access, refresh }, token) }
  }

  /** Writes the record of a grant after the response. If that fails, the grant works, but is not listed. */
  keepLater(context: Pick<ExecutionContext, 'waitUntil'>, grant: G, now: number): void {
    const kept = this.#records
      .keep(grant, now)
      .catch((error) =>
        console.error(`The record of the grant ${grant.id} was not written.`, error),
      )
    context.waitUntil(kept)
  }

  /** Returns the grant of a code or token, even if that is no longer valid. */
  async find(grantId: string): Promise<G | undefined> {
    const known = await this.#records.findIfAvailable(grantId)
    if (known) return known
    const grant = (await this.#object(grantId).find(this.#epoch, grantId)) as G | undefined
    if (grant) this.#records.remember(grantId, grant)
    return grant
  }

  /** Returns the grant that a code or token names, even if that is not, or never was, valid. */
  async findNamed(text: string): Promise<G | undefined> {
    const credential = this.#parse(text)
    return credential && this.find(credential.grantId)
  }

  /** Returns how `rotate` would find a refresh token; changes nothing. */
  async refreshTokenStatus(
    { grantId, secret }: Credential,
    moment: Pick<Rotation, 'graceSeconds' | 'now'>,
  ): Promise<RefreshTokenStatus> {
    const refreshHash = await hashSecret(secret)
    const shown = { ...moment, refreshHash }
    return this.#object(grantId).refreshTokenStatus(this.#epoch, grantId, shown)
  }

  /** Replaces a refresh token by the next pair. */
  async rotate(
    { grantId, secret }: Credential,
    rotation: Omit<Rotation, 'refreshHash' | 'nonce' | 'next'>,
  ): Promise<Rotated> {
    const nonce = newSecret()
    const next = await successorSecrets(secret, nonce)
    const result = await this.#object(grantId).rotate(this.#epoch, grantId, {
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
    const admission = await this.#object(grantId).admit(this.#epoch, grantId, hash, now, isKnown)
    if (admission.outcome === 'unknown') return admission
    const grant = known ?? (admission.grant as G)
    if (!known) this.#records.remember(grantId, grant)
    return { ...admission, grant }
  }

  /**
   * Revokes an access token, or the whole grant of a refresh token (RFC 7009 2.1). Text without the
   * prefix of a token is no token, although it has the form of a code.
   */
  async revoke(token: string, clientId: string): Promise<RevocationOutcome> {
    const { access, refresh } = this.product.forms
    const credential = access.parse(token) ?? refresh.parse(token)
    if (!credential) return 'unknown'
    const hash = await hashSecret(credential.secret)
    const { grantId } = credential
    const { accessTokenEnds } = this.product
    return this.#object(grantId).revoke(this.#epoch, grantId, hash, clientId, accessTokenEnds)
  }

  /**
   * Returns a page of the grants whose code was redeemed, and the cursor of the next page if there
   * is one.
   */
  async list(limit: number, cursor?: string): Promise<{ grants: GrantView<G>[]; cursor?: string }> {
    const { ids, ...rest } = await this.#records.list(limit, cursor)
    const views = await Promise.all(ids.map((id) => this.view(id)))
    return { ...rest, grants: views.filter((view) => view !== undefined) }
  }

  /** Returns a grant with its tokens, for display. */
  async view(grantId: string): Promise<GrantView<G> | undefined> {
    return (await this.#object(grantId).view(this.#epoch, grantId)) as GrantView<G> | undefined
  }

  /** Ends one access token by its id in the view, and returns whether it exists. */
  async endToken(grantId: string, tokenId: string): Promise<boolean> {
    return this.#object(grantId).endToken(this.#epoch, grantId, tokenId)
  }

  /** Returns everything about a grant, for another store. */
  async dump(grantId: string): Promise<GrantDump<G> | undefined> {
    return (await this.#object(grantId).dump(this.#epoch, grantId)) as GrantDump<G> | undefined
  }

  /**
   * Adds a grant of another store.
   *
   * @param now the time by the clock that the grant is used with
   */
  async load(dump: GrantDump<G>, now: number): Promise<void> {
    await this.#object(dump.state.grant.id).load(this.#epoch, dump)
    await this.#records.keep(dump.state.grant, now)
  }

  /** Ends a grant with all its tokens. */
  async end(grantId: string): Promise<void> {
    await this.#object(grantId).end(this.#epoch, grantId)
  }

  /**
   * Ends every grant whose code was redeemed. Each object is called once, however many grants there are.
   *
   * @param issued the ids of the latest grants, which the list may not have yet
   * @param clientId ends only the grants of this client
   * @returns the number of grants that were not revoked before
   */
  async endAll(issued: readonly string[], clientId?: string): Promise<number> {
    const groups = new Set(issued.map(groupOf))
    for await (const id of this.#records.ids()) groups.add(groupOf(id))
    const ended = await Promise.all(
      [...groups].map((group) => this.#objectOf(group).endAll(this.#epoch, clientId)),
    )
    return ended.reduce((sum, each) => sum + each, 0)
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

  #object(grantId: string): Remote<GrantObject> {
    return this.#objectOf(groupOf(grantId))
  }

  // An object has grants of one product only, so the grants that it returns are of the type `G`. In an
  // epoch without a number, objects are named by the epoch.
  #objectOf(group: string): Remote<GrantObject> {
    const { epoch, epochNumber } = this.epoch
    const name = `${this.product.objects}${group}`
    return remote(this.objects, epochNumber === NOT_COUNTED ? `${epoch}:${name}` : name)
  }
}

// One of 64: the first character of the random id.
function groupOf(grantId: string): string {
  return grantId[0] ?? ''
}
