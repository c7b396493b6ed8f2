/** The one style of every page: light and dark, from 320 pixels up, with the system's fonts. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #eef1f3; --card: #ffffff; --ink: #17212b; --soft: #52606d; --line: #dde3e8;
  --edge: #7f8c99; --accent: #0b6960; --accent-strong: #084e48; --on-accent: #ffffff;
  --tint: #e6f2f0; --hover: #f3f6f7;
  --shadow: 0 1px 2px rgb(23 33 43 / .06), 0 8px 24px rgb(23 33 43 / .08);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10161b; --card: #1a2229; --ink: #e9eef2; --soft: #a3b0bc; --line: #303b45;
    --edge: #748391; --accent: #62d2c4; --accent-strong: #93e5da; --on-accent: #06231f;
    --tint: #18352f; --hover: #222c35;
    --shadow: none;
  }
}

* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  display: flex; flex-direction: column; align-items: center; gap: 1.25rem;
  min-height: 100vh; margin: 0; padding: 0 1rem 1.25rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif;
  overflow-wrap: anywhere;
}
main, footer { width: 100%; max-width: 30rem; }
header, footer { color: var(--soft); font-size: .875rem; }
/* Across the whole window: nobody shall take a page for Cloudflare's. */
header {
  display: flex; flex-wrap: wrap; justify-content: center; align-items: center; gap: .25rem .5rem;
  align-self: stretch; margin: 0 -1rem .25rem; padding: .5rem 1rem;
  background: var(--tint); color: var(--ink); border-bottom: 1px dashed var(--accent);
}
header svg { flex: none; width: 1.25rem; height: 1.25rem; }
footer { margin-top: auto; text-align: center; text-wrap: balance; }
main {
  padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow);
}

h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.3; text-wrap: balance; }
p { margin: 0 0 1.25rem; text-wrap: pretty; }
main > :last-child { margin-bottom: 0; }
small, .small { font-size: .875rem; }
small, .soft { color: var(--soft); }
.lead { font-size: 1.0625rem; }
.message { white-space: pre-line; }
strong { font-weight: 600; }
code { font: .9375em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
a { color: var(--accent); text-underline-offset: .15em; }
a:hover { color: var(--accent-strong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

/* A name that its owner chose: a few lines of it, whatever it holds. */
.chosen {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden;
  font-size: 1.1875rem; line-height: 1.4;
}

button, .next a, input:not([type=hidden]) {
  width: 100%; min-height: 2.75rem; padding: .5rem 1rem; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--edge); border-radius: 9px;
}
button, .next a { cursor: pointer; font-weight: 600; text-align: center; }
button:hover { background: var(--hover); }
.next a { display: block; text-decoration: none; }
button.main, .next a {
  background: var(--accent); border-color: var(--accent); color: var(--on-accent);
}
button.main:hover, .next a:hover {
  background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent);
}
input::placeholder { color: var(--soft); opacity: 1; }

.people, .stack { display: grid; gap: .625rem; margin: 0; padding: 0; list-style: none; }
.person {
  display: flex; align-items: center; gap: .875rem; padding: .625rem .875rem; text-align: left;
}
.person:hover { border-color: var(--accent); }
.person small { display: block; font-weight: 400; }
.person > span { min-width: 0; line-height: 1.35; }
.initial {
  flex: none; display: grid; place-items: center; width: 2.5rem; height: 2.5rem;
  border-radius: 50%; background: var(--tint); color: var(--accent);
}
.group {
  display: inline-block; margin-left: .375rem; padding: 0 .5rem; border-radius: 1rem;
  background: var(--tint); color: var(--accent); font-size: .8125rem; font-weight: 400;
}
.or { display: flex; align-items: center; gap: .75rem; margin: 1.25rem 0; color: var(--soft); }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.field { display: flex; flex-wrap: wrap; gap: .625rem; }
.field label { flex: 1 0 100%; margin-bottom: -.25rem; font-weight: 600; }
.field input { flex: 1 1 12rem; width: auto; min-width: 0; }
.field .code { letter-spacing: .25em; font-variant-numeric: tabular-nums; }
.field button { flex: 0 1 auto; width: auto; min-width: 6rem; }

.facts { margin: 0 0 1.25rem; border-top: 1px solid var(--line); }
.facts > div {
  display: grid; grid-template-columns: 8.25rem minmax(0, 1fr); gap: 0 1rem;
  align-items: baseline; padding: .5rem 0; border-bottom: 1px solid var(--line);
}
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0; }
.id { font-size: .75rem; }
.choices { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
.note {
  padding: .75rem 1rem; background: var(--tint); border-left: 4px solid var(--accent);
  border-radius: 6px;
}

@media (max-width: 26rem) {
  main { padding: 1.5rem 1.25rem; }
  .facts > div { grid-template-columns: minmax(0, 1fr); }
  .field button { flex: 1; }
}
`
