// pages/ owns the HTML of every page, its styles (.css), its browser scripts (.client.js), and the
// headers that a page is sent with. Its components get everything that they show as properties: they
// read no request, setting or record. The surfaces decide which page is shown.
import { raw } from 'hono/html'
import { type Child, createContext, useContext } from 'hono/jsx'
import { ICON, Mark } from './mark'
import { STYLE } from './style'

/** The origin of a page: the console, or a request, whose events explain why the page is shown. */
export type Place = { isOfConsole: boolean; why?: string | undefined }

export const PlaceOfPage = createContext<Place>({ isOfConsole: false })

const NAME = 'access-oauth-emulator'

type Frame = {
  title: string
  /** The nonce of the Content-Security-Policy for the one style element. */
  nonce: string
  /** The style of this page alone, after that of every page. */
  style?: string
  /** A wider column, for long lists. */
  isWide?: boolean
  children: Child
}

/** Renders the frame of every page: plain HTML that works without scripts, in light and dark. */
export function Frame({ title, nonce, style = '', isWide, children }: Frame) {
  const { isOfConsole, why } = useContext(PlaceOfPage)
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <title>{title}</title>
          <link rel="icon" href={ICON} />
          <style nonce={nonce}>{raw(STYLE + style)}</style>
        </head>
        <body>
          <header>
            <Mark />
            <strong>{isOfConsole ? <a href="/_emulator/">{NAME}</a> : NAME}</strong>
            <span>An emulator: this is not Cloudflare Access.</span>
          </header>
          <main class={isWide ? 'wide' : undefined}>{children}</main>
          {/* At the end, so that the first control by keyboard is the page's own. */}
          <footer>
            This emulator protects nothing. Use it for development and tests only.
            {why && (
              <>
                {' '}
                <a href={why}>Why?</a>
              </>
            )}
          </footer>
        </body>
      </html>
    </>
  )
}
