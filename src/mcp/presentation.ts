import type { CodeMode } from './portal'

/** The form in which a portal shows its tools to a client. */
export type Presentation = 'plain' | 'minimized' | 'searched' | 'code'

/**
 * Returns the form of the tools, from the portal's Code Mode and the query of the endpoint.
 *
 * Portal: documented [MP51, MP52]. `codemode` is ignored under `off` and `enforced`. Assumed: Code Mode comes
 * before `optimize_context`.
 */
export function presentationOf(mode: CodeMode, query: URLSearchParams): Presentation {
  const codemode = query.get('codemode')
  const isCode =
    mode === 'enforced' ||
    (mode === 'default_on' && codemode !== 'off') ||
    (mode === 'opt_in' && codemode === 'search_and_execute')
  if (isCode) return 'code'
  switch (query.get('optimize_context')) {
    case 'minimize_tools':
      return 'minimized'
    case 'search_and_execute':
      return 'searched'
    default:
      return 'plain'
  }
}

const RESERVED = new Set(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for
function if implements import in instanceof interface let new null package private protected public return static super
switch this throw true try typeof var void while with yield`.split(/\s+/),
)

/** Returns the name of a tool in Code Mode, which is one of JavaScript. Portal: documented [MP53]. */
export function codeName(name: string): string {
  const plain = name.replace(/[^\w$]/g, '_')
  const started = /^\d/.test(plain) ? `_${plain}` : plain
  return RESERVED.has(started) ? `${started}_` : started
}
