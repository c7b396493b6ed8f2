/** The console's own style: wide, dense, and its colours of outcomes. */
export const CONSOLE_STYLE = `
:root {
  --allowed: #0b6960; --allowed-tint: #e0f1ee;
  --asked: #1a4fb4; --asked-tint: #e7effc;
  --refused: #b0261c; --refused-tint: #fdecea;
  --failed: #8b2a83; --failed-tint: #f9e9f8;
  --noted: #52606d; --noted-tint: #eef1f3;
  --lane: #d3dae0; --well: #f6f8f9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --allowed: #62d2c4; --allowed-tint: #143631;
    --asked: #a3c5ff; --asked-tint: #1c2f4d;
    --refused: #ff9e93; --refused-tint: #3a2120;
    --failed: #f0a6e9; --failed-tint: #3d1f3a;
    --noted: #a3b0bc; --noted-tint: #262f38;
    --lane: #35414c; --well: #151c22;
  }
}

[hidden] { display: none !important; }
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}
body { gap: .875rem; padding: 1rem 1.5rem 1.25rem; font-size: .875rem; }
body > header { justify-content: flex-start; margin: -1rem -1.5rem 0; padding: .4375rem 1.5rem; }
main.wide { max-width: 92rem; padding: 0; background: none; border: 0; border-radius: 0; box-shadow: none; }
h1 { margin: .25rem 0 .75rem; font-size: 1.25rem; }
h2 { margin: 0; font-size: .9375rem; line-height: 1.4; }
p { margin: 0; }
ul, ol { margin: 0; padding: 0; list-style: none; }
small, .small { font-size: .8125rem; }
code { font-size: .8125rem; }
.id { font-size: .75rem; }

/* The bar on top */
.bar {
  display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; margin-bottom: 1rem;
  border-bottom: 1px solid var(--line);
}
.bar nav { flex: 1; min-width: 0; }
.bar ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; }
.bar a {
  display: block; padding: .375rem .125rem .5rem; color: var(--soft); text-decoration: none;
  border-bottom: 2px solid transparent; margin-bottom: -1px;
}
.bar a:hover { color: var(--ink); }
.bar a[aria-current] { color: var(--ink); font-weight: 600; border-color: var(--accent); }
#live { display: flex; align-items: center; gap: .4375rem; color: var(--soft); font-size: .8125rem; }
#live:empty { display: none; }
#live::before { content: ""; width: .5rem; height: .5rem; border-radius: 50%; background: var(--refused); }
#live.on::before { background: var(--accent); }
.notice {
  margin-bottom: 1rem; padding: .625rem 1rem; border-radius: 8px; border-left: 4px solid;
  background: var(--refused-tint); color: var(--refused);
}

/* Cards, in two columns */
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 20rem; gap: 1rem; align-items: start; }
.columns > * { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
.card {
  min-width: 0; padding: .875rem 1rem 1rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px;
}
.card-head, .flow-head {
  display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline;
  gap: .25rem 1rem; margin-bottom: .5rem;
}
.card-head a, .flow-head a { font-size: .8125rem; }
.flow-head h2 { font-size: 1.0625rem; }
.flow-head h2 .soft { font-weight: 400; }
.title { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; justify-content: space-between; margin: .25rem 0 .75rem; }
.title h1 { margin: 0; }
.switches + .title { margin-top: 1.75rem; }
.empty { color: var(--soft); }
.nothing { max-width: 40rem; padding: 2.5rem 1rem 3rem; margin: auto; }
.nothing h2 { margin-bottom: .5rem; font-size: 1.25rem; }
.nothing .copy { margin-top: 1rem; }

/* Controls */
button, input:not([type=hidden]), select {
  width: auto; min-height: 2rem; padding: .25rem .75rem; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--edge); border-radius: 7px;
}
button { font-size: .8125rem; font-weight: 500; }
input:not([type=hidden]), select { width: 100%; min-width: 0; padding: .25rem .5rem; }
summary { cursor: pointer; }
.card > details { margin-top: .75rem; color: inherit; }
.card > details > summary, #reset > summary { color: var(--soft); font-size: .8125rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .625rem; }
.field { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .25rem .5rem; margin: .625rem 0 0; }
.field label { grid-column: 1 / -1; margin: 0; font-size: .8125rem; font-weight: 400; color: var(--soft); }
.field button { min-width: 5rem; }
#auto-sign-in .field > :is(input, select) { grid-column: 1 / -1; }
#auto-sign-in .field button { grid-column: 1 / -1; margin-top: .25rem; }
#reset { margin-top: .75rem; }
#reset form { margin-top: .5rem; }
.danger button { color: var(--refused); border-color: currentColor; }
.time { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .625rem; }
.time time { font-size: 1.625rem; line-height: 1.3; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.rules { margin-bottom: .625rem; }
.people-buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .625rem; }
button[aria-pressed=true] { background: var(--tint); border-color: var(--accent); color: var(--accent); font-weight: 600; }

/* To be copied */
.copy { position: relative; display: grid; grid-template-columns: minmax(0, 1fr); }
.copy pre {
  margin: 0; padding: .5rem .625rem; overflow: auto; background: var(--well);
  border: 1px solid var(--line); border-radius: 7px; line-height: 1.45;
}
.copy code { font-size: .78125rem; overflow-wrap: anywhere; }
.copy.short { grid-template-columns: minmax(0, 1fr) auto; gap: .375rem; }
.copy.short { align-items: start; }
.copy.short pre { white-space: pre-wrap; padding: .3125rem .5rem; }
.copy:not(.short) pre { min-height: 3rem; white-space: pre-wrap; padding-right: 4.75rem; }
.copy:not(.short) button { position: absolute; top: .375rem; right: .375rem; }
.copy button { min-height: 1.875rem; padding: .125rem .5rem; font-size: .8125rem; }
.copy-name { margin: .5rem 0 .1875rem; color: var(--soft); font-size: .8125rem; }
.card-head + .copy-name, .card > .copy-name:first-child { margin-top: 0; }
.blocks { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
.blocks + h1 { margin-top: 1.75rem; }
.blocks .copy { margin-top: .5rem; }
.blocks .copy-name + .copy { margin-top: 0; }

/* Outcomes: a sign, a word, and a colour */
.sign {
  flex: none; display: inline-flex; align-items: center; gap: .375rem;
  font-size: .8125rem; white-space: nowrap;
}
.sign > [aria-hidden] {
  display: grid; place-items: center; width: 1.125rem; height: 1.125rem; border-radius: 50%;
  font-size: .6875rem; font-weight: 700; line-height: 1;
}
.status, .tag {
  display: inline-block; padding: 0 .375rem; border-radius: 5px; font-size: .78125rem; font-weight: 600;
  line-height: 1.25rem; white-space: nowrap;
}
.sign.allowed { color: var(--allowed); } .sign.asked { color: var(--asked); }
.sign.refused { color: var(--refused); } .sign.failed { color: var(--failed); }
.sign.noted { color: var(--noted); }
:is(.status, .tag).allowed, .sign.allowed > [aria-hidden] { background: var(--allowed-tint); color: var(--allowed); }
:is(.status, .tag).asked, .sign.asked > [aria-hidden] { background: var(--asked-tint); color: var(--asked); }
:is(.status, .tag).refused, .sign.refused > [aria-hidden] { background: var(--refused-tint); color: var(--refused); }
:is(.status, .tag).failed, .sign.failed > [aria-hidden] { background: var(--failed-tint); color: var(--failed); }
:is(.status, .tag).noted, .sign.noted > [aria-hidden] { background: var(--noted-tint); color: var(--noted); }

/* The flows to choose from */
.flows { margin-bottom: .75rem; }
.flows ul { display: flex; flex-wrap: wrap; gap: .375rem; }
.flows a {
  display: flex; align-items: center; gap: .375rem; padding: .1875rem .625rem .1875rem .375rem;
  color: inherit; text-decoration: none; border: 1px solid var(--line); border-radius: 7px;
}
.flows a:hover { background: var(--hover); }
.flows a[aria-current] { background: var(--tint); border-color: var(--accent); }
.flows small { color: inherit; opacity: 1; }
.flows bdi { font-weight: 600; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.flows details { margin-top: .375rem; }
.flows details ul { margin-top: .375rem; }

/* The sequence diagram: a row for each step, a column for each participant */
.sequence { --gutter: 7.5rem; }
.lanes-1 { --count: 1; } .lanes-2 { --count: 2; } .lanes-3 { --count: 3; }
.lanes-4 { --count: 4; } .lanes-5 { --count: 5; } .lanes-6 { --count: 6; }
.heads {
  position: sticky; top: 0; z-index: 1; margin-left: var(--gutter); background: var(--card);
  display: grid; grid-template-columns: repeat(var(--count), minmax(0, 1fr)); align-items: center; padding: .25rem 0 .375rem;
}
.heads span {
  justify-self: center; max-width: calc(100% - .5rem); padding: .1875rem .875rem .25rem; background: var(--well); border: 1px solid var(--line);
  border-radius: 7px; font-size: .8125rem; font-weight: 600; text-align: center;
}
.heads small { display: block; font-weight: 400; font-size: .75rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sequence summary {
  display: flex; align-items: stretch; min-height: 2.5rem; list-style: none; border-radius: 7px;
}
.sequence summary::-webkit-details-marker { display: none; }
.sequence summary:hover .gutter time { color: var(--ink); text-decoration: underline; }
.gutter {
  flex: 0 0 var(--gutter); display: flex; align-items: center; gap: .5rem; color: var(--soft);
  font-size: .8125rem; font-variant-numeric: tabular-nums;
}
.sequence summary > .lanes {
  flex: 1; min-width: 0; display: grid; align-content: center; align-items: center;
  grid-template-columns: repeat(calc(var(--count) * 2), minmax(0, 1fr));
}
/* The lifelines, behind everything. */
.sequence ol, .sequence li { position: relative; }
.sequence ol::before {
  content: ""; position: absolute; inset: 0 0 0 var(--gutter);
  background-image: linear-gradient(
    to right, transparent calc(50% - .5px), var(--lane) calc(50% - .5px) calc(50% + .5px), transparent 0
  );
  background-size: calc(100% / var(--count)) 100%;
}
.number { width: 1.375rem; text-align: right; color: var(--ink); font-weight: 600; }
.between { display: none; }
.label { grid-row: 1; display: flex; align-items: center; gap: .375rem; white-space: nowrap; line-height: 1.25rem; }
.label > code { min-width: 0; overflow: hidden; text-overflow: ellipsis; padding: 0 .25rem; margin: 0 -.25rem; background: var(--card); }
.grows-right { padding-left: .5rem; grid-column-end: -1 !important; }
.grows-left { padding-right: .5rem; grid-column-start: 1 !important; justify-content: flex-end; }
.times { background: var(--card); padding: 0 .25rem; font-weight: 600; }
.arrow { grid-row: 2; position: relative; height: .625rem; }
.arrow::before { content: ""; position: absolute; inset: calc(50% - 1px) 0 auto; border-top: 2px solid; }
.arrow::after {
  content: ""; position: absolute; top: calc(50% - .28125rem); border: .28125rem solid transparent;
}
.points-right::after { right: 0; border-left: .4375rem solid; border-right: 0; }
.points-left::after { left: 0; border-right: .4375rem solid; border-left: 0; }
.allowed .arrow { color: var(--allowed); } .asked .arrow { color: var(--asked); }
.refused .arrow { color: var(--refused); } .failed .arrow { color: var(--failed); }
.noted .arrow { color: var(--noted); }
.asked .arrow::before, .refused .arrow::before { border-top-style: dashed; }
.failed .arrow::before { border-top-style: dotted; }
.from-0 { grid-column-start: 2; } .from-1 { grid-column-start: 4; } .from-2 { grid-column-start: 6; }
.from-3 { grid-column-start: 8; } .from-4 { grid-column-start: 10; } .from-5 { grid-column-start: 12; }
.to-0 { grid-column-end: 2; } .to-1 { grid-column-end: 4; } .to-2 { grid-column-end: 6; }
.to-3 { grid-column-end: 8; } .to-4 { grid-column-end: 10; } .to-5 { grid-column-end: 12; }
.marker { flex: 1; min-width: 0; display: flex; align-items: center; gap: .75rem; }
.marker::before, .marker::after { content: ""; flex: 1; border-top: 1px dashed var(--edge); }
.marker > span {
  padding: .0625rem .75rem; border-radius: 1rem; background: var(--noted-tint); color: var(--noted);
  font-size: .8125rem; font-weight: 600;
}
.failed .marker > span { background: var(--failed-tint); color: var(--failed); }
.failed .marker::before, .failed .marker::after { border-color: var(--failed); }

.why { display: grid; gap: .125rem; max-width: 60rem; }
.sequence .why, .sequence .notes { margin: 0 0 .375rem var(--gutter); padding: .375rem .75rem; background: var(--well); border-radius: 7px; }
.sequence .notes { margin-top: -.25rem; font-size: .8125rem; color: var(--soft); }
.sequence .refused .why { background: var(--refused-tint); }
.sequence .failed .why { background: var(--failed-tint); }
.sequence .why .evidence, .sequence .why a { color: inherit; }
.change { font-weight: 600; }
.evidence { display: flex; flex-wrap: wrap; gap: 0 1rem; color: var(--soft); font-size: .8125rem; }
.evidence code { font-size: .75rem; }

/* Events */
.events > li {
  display: grid; grid-template-columns: 4rem 5.5rem minmax(0, 1fr); gap: .125rem .75rem; align-items: baseline;
  padding: .4375rem .25rem; border-top: 1px solid var(--line);
}
.events > li:first-child { border-top: 0; }
.events > li:target { background: var(--tint); box-shadow: -.25rem 0 0 var(--accent); }
.events time { color: var(--soft); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.what { display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem .625rem; }
.events .what > span:not(.status) { color: var(--soft); }
.brief > li { padding: .25rem; }
.brief > li > div { display: flex; flex-wrap: wrap; gap: 0 .75rem; }
.filter { display: flex; flex-wrap: wrap; gap: .625rem; align-items: end; margin-bottom: 1rem; }
.filter > div { flex: 1 1 9rem; min-width: 0; }
.filter > div:has([type=search]) { flex: 2 1 14rem; }
.filter label { display: block; margin-bottom: .125rem; color: var(--soft); font-size: .8125rem; }
.filter > a { padding: .3125rem .25rem; }
.older { margin-top: .75rem; }

/* State */
.records > li { padding: .625rem 0; border-top: 1px solid var(--line); }
.records > li:first-child { border-top: 0; padding-top: .125rem; }
.records > li:last-child { padding-bottom: 0; }
.record { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
.record > p { flex: 1 1 18rem; min-width: 0; }
.inline { display: flex; flex-wrap: wrap; gap: 0 1.25rem; color: var(--soft); font-size: .8125rem; }
.plain { color: var(--soft); font-size: .8125rem; }
.tokens { margin-top: .375rem; padding-left: .875rem; border-left: 2px solid var(--line); }
.tokens > li { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1rem; min-height: 2rem; font-size: .8125rem; }
.tokens > li > form { margin-left: auto; }
.end button { min-height: 1.75rem; padding: .0625rem .625rem; font-size: .8125rem; }
.end button:hover { color: var(--refused); border-color: currentColor; }

/* Faults and quirks */
.switches { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: .75rem; }
.switches > li { display: flex; flex-direction: column; gap: .25rem; padding: .75rem .875rem; }
.switches > li:has([aria-pressed=true]) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.switch-head { display: flex; justify-content: space-between; align-items: center; gap: 1rem; }
.switch-head h2 { font: 600 .875rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.switch button {
  display: flex; justify-content: space-between; align-items: center; gap: .375rem; width: 3.625rem;
  min-height: 1.625rem; padding: 0 .25rem 0 .1875rem; border-radius: 1rem; font-size: .8125rem;
}
.switch button::before { content: ""; width: 1.125rem; height: 1.125rem; border-radius: 50%; background: var(--edge); }
.switch button::after { content: "off"; }
.switch button { padding-right: .5625rem; }
.switch button[aria-pressed=true] { flex-direction: row-reverse; padding: 0 .1875rem 0 .5625rem; }
.switch button[aria-pressed=true]::before { background: var(--accent); }
.switch button[aria-pressed=true]::after { content: "on"; }
.source { color: var(--soft); font-size: .8125rem; }
.active { display: flex; flex-wrap: wrap; gap: 0 .875rem; padding: .25rem .625rem; background: var(--tint); border-radius: 6px; font-size: .8125rem; }
.parameters { display: flex; flex-wrap: wrap; gap: .375rem .625rem; margin-top: auto; padding-top: .375rem; }
.parameters > p { flex: 1 1 7.5rem; min-width: 0; }
.parameters label { display: block; color: var(--soft); font-size: .78125rem; }
.parameters details { flex: 1 0 100%; }
.parameters summary { color: var(--soft); font-size: .8125rem; }

@media (max-width: 70rem) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  aside { grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)) !important; align-items: start; }
}
/* Too narrow for lanes: a list that says who asks whom. */
@media (max-width: 56rem) {
  .heads { display: none; }
  .sequence { --gutter: 0rem; }
  .sequence summary { flex-wrap: wrap; gap: 0 .75rem; padding: .375rem 0; border-top: 1px solid var(--line); border-radius: 0; }
  .gutter { flex: none; }
  .sequence summary > .lanes { flex: 1 0 100%; display: block; background: none; }
  .between { display: inline; color: var(--soft); font-size: .8125rem; flex: 1 0 100%; }
  .label { flex-wrap: wrap; white-space: normal; padding: 0; justify-content: flex-start; }
  .label > code { min-width: 0; margin: 0; padding: 0; }
  .arrow, .sequence ol::before { display: none; }
  .label > code { white-space: normal; }
  .sequence .why { margin-left: 0; }
}
@media (max-width: 40rem) {
  body { padding: .75rem .75rem 1rem; }
  body > header { margin: -.75rem -.75rem 0; padding: .375rem .75rem; }
  .bar ul { gap: 0 1rem; }
  .events > li { grid-template-columns: auto minmax(0, 1fr); }
  .events > li > div { grid-column: 1 / -1; }
}
`
