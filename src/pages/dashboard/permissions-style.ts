/** What the pages about permissions add to the style of every page. */
export const PERMISSIONS_STYLE = `
:root {
  --verified: #1a4fb4; --verified-tint: #e7effc;
  --unverified: #7a4a00; --unverified-tint: #fdf0d5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --verified: #a3c5ff; --verified-tint: #1c2f4d;
    --unverified: #f5c66b; --unverified-tint: #3b2c0e;
  }
}

[hidden] { display: none !important; }
main.wide { max-width: 44rem; }
h1 { margin-bottom: 1rem; }
h2 { margin: 0; font-size: 1.1875rem; line-height: 1.4; }
fieldset { min-width: 0; margin: 0 0 1.75rem; padding: 0; border: 0; }
fieldset > p { margin: 0; }
legend { width: 100%; padding: 0; font-size: 1.0625rem; font-weight: 600; }
.clamped {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden;
}

.application { display: flex; gap: 1rem; margin: 0 0 1.25rem; }
.application > div { flex: 1; min-width: 0; }
.application p { margin: .125rem 0 0; }
.tile { position: relative; overflow: hidden; width: 3.25rem; height: 3.25rem; border-radius: 11px; font-size: 1.375rem; font-weight: 600; }
.tile img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; opacity: 0; }
.tile img.shown { opacity: 1; background: var(--card); }
.publisher { display: flex; flex-wrap: wrap; align-items: center; gap: .125rem .5rem; }
.publisher .group { margin: 0; }
.badge {
  display: inline-flex; align-items: center; gap: .25rem; padding: .0625rem .5rem .0625rem .375rem;
  border-radius: 1rem; font-size: .8125rem; white-space: nowrap;
}
.badge svg {
  flex: none; width: 1rem; height: 1rem; fill: none; stroke: currentColor; stroke-width: 1.5;
  stroke-linecap: round; stroke-linejoin: round;
}
.verified { background: var(--verified-tint); color: var(--verified); }
.unverified { background: var(--unverified-tint); color: var(--unverified); }
.links { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }

.options { margin: 0; padding: 0; list-style: none; }
.option { display: flex; gap: .625rem; padding: .25rem 0; cursor: pointer; }
.option:has(:disabled) { cursor: default; }
.option > span { flex: 1; min-width: 0; }
.option > small { flex: none; font-size: .8125rem; line-height: 1.5rem; }
input[type=checkbox] {
  flex: none; width: 1.125rem; height: 1.125rem; min-height: 0; margin: .1875rem 0 0; padding: 0;
  accent-color: var(--accent);
}
/* What is required is no less granted: paler than a choice, but not as faint as browsers draw it. */
@media (forced-colors: none) {
  input[type=checkbox]:checked:disabled {
    appearance: none; border: 0; border-radius: 3px; background: var(--tint);
  }
  input[type=checkbox]:checked:disabled::before {
    content: ""; display: block; width: 100%; height: 100%; background: var(--accent);
    clip-path: polygon(17% 51%, 26% 42%, 41% 57%, 74% 23%, 83% 32%, 41% 75%);
  }
}
.accounts { margin-top: .5rem; border: 1px solid var(--line); border-radius: 9px; overflow: hidden; }
.accounts:empty { display: none; }
.accounts li + li { border-top: 1px solid var(--line); }
.accounts .option { padding: .625rem .875rem; }
.accounts .option:not(:has(:disabled)):hover { background: var(--hover); }
.accounts :focus-visible { outline-offset: 1px; }
.accounts small { display: block; }
.accounts .soft strong { font-weight: 400; }

.tools { display: flex; flex-wrap: wrap; gap: .625rem; margin-top: .75rem; }
.tools input { flex: 1 1 12rem; width: auto; min-width: 0; }
.tools button { flex: 0 1 auto; width: auto; }
.tools p { flex-basis: 100%; margin: 0; }
.tools p:empty { display: none; }
.category { margin-top: .75rem; padding-top: .625rem; border-top: 1px solid var(--line); }
.category summary { padding: .125rem 0; font-weight: 600; cursor: pointer; }
.category summary small { font-weight: 400; }
.category .options {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17.5rem), 1fr));
  gap: 0 1.75rem; margin-top: .25rem; font-size: .9375rem;
}
#missing {
  margin-bottom: 1rem; padding: .625rem 1rem; border-radius: 6px; border-left: 4px solid;
  background: var(--unverified-tint); color: var(--unverified);
}
#missing:empty { display: none; }
.choices button:disabled {
  background: var(--hover); border-color: var(--line); color: var(--soft); cursor: not-allowed;
}

/* Connected Applications */
.connected { display: grid; gap: 1rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.connected > li { padding: 1.25rem; border: 1px solid var(--line); border-radius: 11px; }
.connected .facts { margin-bottom: 1rem; }
.connected details ul { margin: .25rem 0; padding-left: 1.125rem; }
.connected summary { cursor: pointer; }
.connected form { text-align: right; }
.connected button { width: auto; min-width: 7rem; }
@media (max-width: 26rem) {
  .connected > li { padding: 1rem; }
  .connected button { width: 100%; }
}
`
