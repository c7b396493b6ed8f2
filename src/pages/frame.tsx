import { html, raw } from 'hono/html'
import type { Child } from 'hono/jsx'

type Frame = {
  title: string
  /** The nonce of the Content-Security-Policy for the one style element. */
  nonce: string
  children: Child
}

/** The frame of every page: plain HTML that works without scripts, in light and dark. */
export function Frame({ title, nonce, children }: Frame) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <title>{title}</title>
          <style nonce={nonce}>{html`${raw(STYLE)}`}</style>
        </head>
        <body>
          <main>{children}</main>
          <footer>
            <strong>access-oauth-emulator</strong> stands in for Cloudflare Access. This is not
            Cloudflare.
          </footer>
        </body>
      </html>
    </>
  )
}

const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --ink: #1d1f24; --soft: #5b616e; --line: #d9dce3;
  --accent: #b94a00; --on-accent: #ffffff; --accent-strong: #963c00; --hover: #f3f4f6;
  --warn-page: #fff7ed; --warn-line: #f0b27a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171c; --card: #1f2229; --ink: #eceef2; --soft: #a4abb9; --line: #363b46;
    --accent: #f38020; --on-accent: #1a1206; --accent-strong: #ff9a47; --hover: #282c35;
    --warn-page: #2b2219; --warn-line: #7a5125;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 3rem 1rem 1.5rem; background: var(--page); color: var(--ink);
  display: flex; flex-direction: column; align-items: center; gap: 1.5rem;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main {
  width: 100%; max-width: 27rem; padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-top: 4px solid var(--accent); border-radius: 10px;
}
h1 { margin: 0 0 .25rem; font-size: 1.375rem; line-height: 1.3; }
h2 { margin: 1.5rem 0 .5rem; font-size: .9375rem; }
p { margin: 0 0 1rem; }
.soft, footer { color: var(--soft); font-size: .9375rem; }
footer { margin-top: auto; max-width: 27rem; text-align: center; font-size: .8125rem; }
code { font: .875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
form { margin: 0; }
button, input[type=email] {
  width: 100%; min-height: 2.75rem; padding: .5rem .875rem; font: inherit; color: inherit;
  border: 1px solid var(--line); border-radius: 8px; background: var(--card);
}
button { cursor: pointer; }
button:hover { background: var(--hover); }
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
button.main:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.people { display: grid; gap: .5rem; margin: 0; padding: 0; list-style: none; }
.person { display: flex; align-items: center; gap: .75rem; text-align: left; }
.person > span { min-width: 0; }
.person small { display: block; color: var(--soft); overflow-wrap: anywhere; }
.initial {
  flex: none; width: 2rem; height: 2rem; border-radius: 50%; display: grid; place-items: center;
  background: var(--hover); border: 1px solid var(--line); font-weight: 600;
}
.other { display: grid; gap: .5rem; }
.choices { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: 1.5rem; }
dl { margin: 1rem 0 0; border-top: 1px solid var(--line); }
dl div { padding: .625rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--soft); font-size: .8125rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.note { padding: .75rem 1rem; border: 1px solid var(--warn-line); background: var(--warn-page); border-radius: 8px; font-size: .9375rem; }
.note p:last-child { margin: 0; }
a { color: var(--accent); }
`
