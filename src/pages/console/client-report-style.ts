/** What the report of a client adds to the style of every page. */
export const CLIENT_REPORT_STYLE = `
:root {
  --good: #0b6960; --good-tint: #e6f2f0; --bad: #a3221c; --bad-tint: #fcebe9;
  --open: #52606d; --open-tint: #eef1f3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --good: #62d2c4; --good-tint: #18352f; --bad: #ff9d94; --bad-tint: #45211e;
    --open: #a3b0bc; --open-tint: #26313a;
  }
}
.failed { --verdict: var(--bad); --verdict-tint: var(--bad-tint); }
.passed { --verdict: var(--good); --verdict-tint: var(--good-tint); }
.not-seen { --verdict: var(--open); --verdict-tint: var(--open-tint); }

main.wide { max-width: 48rem; }
.clamped {
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden;
}
.counts {
  display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .75rem;
  margin: 0 0 1.5rem; padding: 0; list-style: none;
}
.counts > li > * {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .5rem; height: 100%;
  padding: .75rem 1rem; border-radius: 11px; text-decoration: none;
  background: var(--verdict-tint); color: var(--verdict);
}
.counts a:hover { text-decoration: underline; }
.counts strong { font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.sign { flex: none; color: var(--verdict); font-weight: 600; }

.verdict { margin-bottom: 1.75rem; }
.verdict h2 {
  margin: 0; padding-bottom: .5rem; border-bottom: 2px solid var(--verdict);
  font-size: 1.0625rem; line-height: 1.4; scroll-margin-top: 1rem;
}
.verdict h2 .soft { font-weight: 400; }
.verdict ul { margin: 0; padding: 0; list-style: none; }
.verdict li {
  display: flex; gap: .75rem; padding: .875rem 0; border-bottom: 1px solid var(--line);
}
.verdict li > div { flex: 1; min-width: 0; }
.verdict li:target { background: var(--hover); }
.verdict li > .sign {
  width: 1.5rem; height: 1.5rem; border-radius: 50%; background: var(--verdict-tint);
  font-size: .8125rem; line-height: 1.5rem; text-align: center;
}
.verdict h3 { margin: 0; font-size: 1rem; font-weight: 600; line-height: 1.5; }
.verdict p { margin: .125rem 0 0; }
.level {
  display: inline-block; margin-left: .25rem; padding: 0 .4375rem; border: 1px solid var(--line);
  border-radius: 5px; color: var(--soft); font-size: .6875rem; font-weight: 600;
  letter-spacing: .03em; line-height: 1.125rem; vertical-align: .1em;
}
.evidence { display: inline-flex; flex-wrap: wrap; gap: 0 .25rem; margin-left: .75rem; }
.evidence a { min-width: 1.5rem; text-align: center; font-variant-numeric: tabular-nums; }

@media (max-width: 32rem) {
  .counts { gap: .5rem; }
  .counts > li > * { padding: .5rem .75rem; align-content: start; font-size: .875rem; }
  .evidence { display: flex; margin-left: 0; }
}
`
