import { formatTime } from '../../src/access/timestamps'

/**
 * The values that differ between recordings, with their placeholders. All other values are recorded
 * byte for byte.
 *
 * A value is numbered where it appears first in a scenario, so that a recording still shows whether
 * two values are equal.
 */
const TABLE: { name: string; pattern: RegExp }[] = [
  { name: 'basic', pattern: /(?<=Basic )[\w+/]+=*/g },
  { name: 'certificate', pattern: /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs },
  { name: 'uuid', pattern: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g },
  { name: 'credential', pattern: /(?<=oauth(?::|%3A)|cfo(?:ac|at|rt)_)[\w-]{65}(?![\w-])/g },
  { name: 'credential', pattern: /(?<=cfo(?:ac|at|rt)_)[\w-]{22}(?=-EMULATED-NOT-A-REAL-)/g },
  { name: 'secret', pattern: /(?<=-EMULATED-NOT-A-REAL-\.)[\w-]{43}(?![\w-])/g },
  { name: 'secret', pattern: /(?<=cfast_emulated_|cf-oauth-secret-emulated-)[\w-]{32,34}/g },
  { name: 'session', pattern: /(?<=identity_?[nN]once\\*":\s*\\*")\w{12}(?=\w{4}\b)/g },
  { name: 'session', pattern: /(?<=The sign-in )\w{12}\b/g },
  { name: 'session', pattern: /(?<="(?:sessionId|nonce)":\s*")\w{12}(?=")/g },
  // In the ticket of a consent page.
  { name: 'grant', pattern: /(?<="identityNonce":"[^"]*","grantId":")[\w-]{22}(?=")/g },
  {
    name: 'token-id',
    pattern:
      /(?<="tokens":\[\s*\{"id":"|access token (?:<code class="id">)?|\/tokens\/)[\w-]{12}(?![\w-])/g,
  },
  { name: 'at-hash', pattern: /(?<="at_hash":\s*")[\w-]{22}(?=")/g },
  { name: 'hex64', pattern: /\b[0-9a-f]{64}\b/g },
  { name: 'hex32', pattern: /\b[0-9a-f]{32}\b/g },
  { name: 'ray', pattern: /\b[0-9a-f]{16}\b/g },
  { name: 'app-session', pattern: /\bn[0-9a-f]{16}\b/g },
  { name: 'bytes', pattern: /(?<![\w-])[\w-]{100,}(?![\w-])/g },
  { name: 'code', pattern: /(?<![\w-])[\w-]{65}(?![\w-])/g },
  { name: 'secret', pattern: /(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{43}(?![\w-])/g },
]

/** Counters that continue across resets, so that they depend on the test files before this one. */
const COUNTERS = [
  /(?<="(?:configurationRevision|keyRevision|count)":\s*)\d+/g,
  /(?<=\\*"revision\\*":\s*)\d+/g,
  /(?<="number":\s*)\d+(?=,\s*"atSeconds")/g,
]
// So do the numbers of events, which are recorded as counted from the beginning of the scenario.
const EVENT_NUMBERS = [
  /(?<=\\*"number\\*":\s*)\d+/g,
  /(?<="evidence":\s*\[(?:<#\d+>|[\d,\s])*)\b\d+\b/g,
  /(?<=data-after="|\/console\/events\/|\bstep-|[?&]before=|[?&]after=|\bevent-|\b[eE]vent |aria-label="Event <#\d+>">)\d+/g,
]
// How far the emulated clock is ahead of the real one.
const CLOCK_OFFSET = /(?<="(?:offset_seconds|clockOffsetSeconds)":\s*)-?\d+/g

const JWT = /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g

/** The placeholders of one scenario. */
export class Placeholders {
  readonly #numbers = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly #learned = new Map<string, string>()
  /** The contents of the JWTs seen since the last look, for the recording to list. */
  #contents: string[] = []

  /**
   * @param fixed text whose values are the same in every recording, so that they stay as they are
   * @param realSeconds the real time, which stands still
   * @param emulatedSeconds the emulated time that the scenario begins at
   * @param lastEvent the number of the last event before the scenario
   */
  constructor(
    private readonly fixed: string,
    private readonly realSeconds: number,
    private readonly emulatedSeconds: number,
    private readonly lastEvent: number,
  ) {}

  /** The text with everything replaced that differs from one recording to the next. */
  apply(text: string): string {
    let result = text.replace(JWT, (token) => this.#jwt(token))
    for (const { name, pattern } of TABLE) {
      result = result.replace(pattern, (value) => this.#numbered(name, value))
    }
    for (const [value, placeholder] of this.#learned) result = result.replaceAll(value, placeholder)
    for (const counter of COUNTERS) result = result.replace(counter, '<counter>')
    for (const number of [...EVENT_NUMBERS, ...EVENT_NUMBERS]) {
      result = result.replace(number, (text) => this.#event(text))
    }
    return this.#withoutRealTime(result)
  }

  /** Returns the content of the JWTs that were replaced since the last call. */
  takeContents(): string[] {
    const contents = this.#contents
    this.#contents = []
    return contents
  }

  /** Replaces this very value from now on. */
  learn(name: string, value: string): void {
    this.#learned.set(value, this.#numbered(name, value))
  }

  // A number that a request invented stays as it is.
  #event(text: string): string {
    const number = Number(text) - this.lastEvent
    return number >= 0 && this.lastEvent > 0 ? `<#${number}>` : text
  }

  #numbered(name: string, value: string): string {
    if (this.fixed.includes(value)) return value
    const known = this.#numbers.get(value)
    if (known) return known
    const number = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, number)
    const placeholder = `<${name} ${number}>`
    this.#numbers.set(value, placeholder)
    // These are too short to be distinguished from a word on their own: the id of a sign-in, and that
    // of a grant, which every code and token of the grant begins with.
    if (name === 'session') this.#learned.set(value, placeholder)
    if (name === 'code' || name === 'credential') this.learn('grant', value.slice(0, 22))
    return placeholder
  }

  // The signature depends on the key; what is signed is recorded.
  #jwt(token: string): string {
    const known = this.#numbers.get(token)
    if (known) return known
    const placeholder = this.#numbered('jwt', token)
    const [header = '', payload = ''] = token.split('.')
    const content = [header, payload].map((part) => this.apply(decode(part))).join(' ')
    this.#contents.push(`${placeholder} = ${content}`)
    return placeholder
  }

  // Few things are of the real time: the expiry of a cookie, the console's own sign-in.
  #withoutRealTime(text: string): string {
    const { realSeconds, emulatedSeconds } = this
    const tomorrow = new Date((realSeconds + 86_400) * 1000).toUTCString()
    return text
      .replace(/(?<=<session \d+>)[0-9a-z]{4}\b/g, '<revision>')
      .replace(/(?<="history":\s*")\w{3}(?=")/g, '<history>')
      .replaceAll(tomorrow, '<real time + 1 day>')
      .replaceAll(`${realSeconds + 43_200}`, '<real time + 12 hours>')
      .replaceAll(`${realSeconds}`, '<real time>')
      .replaceAll(formatTime(realSeconds), '<real time>')
      .replaceAll(`>${formatTime(realSeconds).slice(11, 19)}<`, '><real time><')
      .replace(/\b\d+ d [\w ]+ (?:ahead|behind)/g, '<clock offset>')
      .replace(CLOCK_OFFSET, (value) => {
        const moved = Number(value) - (emulatedSeconds - realSeconds)
        return moved === -emulatedSeconds + realSeconds ? value : `<offset at the start + ${moved}>`
      })
  }
}

function decode(part: string): string {
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  )
  return new TextDecoder().decode(bytes)
}
