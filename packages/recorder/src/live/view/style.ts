/** Of a page's own rules those for these classes come first where they are more special; all else is left alone. */
export const style = `
.onecycle-live {
  --ground: #f6f7f8; --card: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #dfe3e8; --accent: #0072b2; --good: #007a5a; --bad: #b93815; --wait: #9a6700;
  color: var(--ink); background: var(--ground); font: 15px/1.5 system-ui, 'Segoe UI', 'DejaVu Sans', Verdana, sans-serif;
  font-variant-numeric: tabular-nums; color-scheme: light dark; padding: clamp(.75rem, 2vw, 2rem); box-sizing: border-box; container-type: inline-size;
}
@media (prefers-color-scheme: dark) {
  .onecycle-live { --ground: #14171a; --card: #1c2024; --ink: #e7eaee; --soft: #a2abb5; --line: #31373e; --accent: #56a8e0; --good: #2fc296; --bad: #f08a4b; --wait: #f0bd4f }
}
.onecycle-live :where(h1, h2, p, dl, dd, ul, figure) { margin: 0; padding: 0 }
.onecycle-live .inside { max-width: 84rem; margin: 0 auto; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem }
.onecycle-live .inside.aside > :not(.above) { display: none }
.onecycle-live .above:not(:has(> :not([hidden]))) { display: none }
.onecycle-live .above { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem }
.onecycle-live .above > .inside { margin: 0; max-width: none }
.onecycle-live .top { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem }
.onecycle-live h1 { font-size: 1.45rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere }
.onecycle-live h2 { font-size: 1rem; font-weight: 650; margin-bottom: .6rem }
.onecycle-live .state { display: inline-flex; align-items: center; gap: .45em; font-size: .85rem; color: var(--soft); padding: .1rem .65rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card); white-space: nowrap }
.onecycle-live .state::before { content: ''; width: .6em; height: .6em; border-radius: 50%; background: var(--dot, var(--soft)) }
.onecycle-live .state[data-state=running] { --dot: var(--accent) }
.onecycle-live .state[data-state=paused] { --dot: var(--wait) }
.onecycle-live .state[data-state=completed] { --dot: var(--good) }
.onecycle-live .state:is([data-state=failed], [data-state=diverged]) { --dot: var(--bad) }
@media (prefers-reduced-motion: no-preference) {
  .onecycle-live .state[data-state=running]::before { animation: onecycle-breathe 2.4s ease-in-out infinite }
  @keyframes onecycle-breathe { 50% { opacity: .35 } }
}
.onecycle-live .buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-left: auto }
.onecycle-live :is(button, select) { font: inherit; font-size: .9rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .35rem .8rem; cursor: pointer }
.onecycle-live :is(button, select):hover { border-color: var(--soft) }
.onecycle-live :is(button, select, input, summary, a, .scroll):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.onecycle-live button[data-sure] { color: var(--card); background: var(--bad); border-color: var(--bad) }
.onecycle-live button[aria-pressed=true] { color: var(--card); background: var(--accent); border-color: var(--accent) }
.onecycle-live button:disabled { opacity: .5; cursor: default }
.onecycle-live [hidden] { display: none !important }
.onecycle-live .bar { height: 6px; border-radius: 3px; background: var(--line); overflow: hidden }
.onecycle-live .bar > div { height: 100%; width: 0; background: var(--accent); border-radius: 3px; transition: width .2s linear }
.onecycle-live .place { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .1rem 1.5rem; color: var(--soft); font-size: .9rem; margin-bottom: .35rem }
.onecycle-live .error { color: var(--bad); overflow-wrap: anywhere }
.onecycle-live .figures { display: flex; flex-wrap: wrap; gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: .75rem; overflow: hidden }
.onecycle-live .figures > div { flex: 1 0 7.6rem; background: var(--card); padding: .6rem .9rem }
.onecycle-live dt { font-size: .78rem; color: var(--soft); white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.onecycle-live .figures dd { font-size: 1.2rem; font-weight: 600; white-space: nowrap }
.onecycle-live .cards { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 1rem }
.onecycle-live .cards:empty { display: none }
.onecycle-live .card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .9rem 1rem; min-width: 0; grid-column: span 2; box-sizing: border-box }
.onecycle-live .card.wide { grid-column: 1 / -1 }
@container (min-width: 68rem) {
  .onecycle-live .card:is(:nth-last-child(2):nth-child(3n+2), :last-child:nth-child(3n+3)) { grid-column: span 3 }
  .onecycle-live .card:last-child:nth-child(3n+2) { grid-column: 1 / -1 }
}
@container (max-width: 68rem) {
  .onecycle-live .card:not(.wide) { grid-column: span 3 }
  .onecycle-live .card:last-child:nth-child(2n):not(.wide) { grid-column: 1 / -1 }
}
@container (max-width: 44rem) {
  .onecycle-live .card:not(.wide) { grid-column: 1 / -1 }
  .onecycle-live .choice :is(th, td):nth-child(3) { display: none }
}
.onecycle-live .scroll { overflow: auto; max-height: 22rem }
.onecycle-live table { border-collapse: collapse; width: 100%; font-size: .9rem }
.onecycle-live :is(th, td) { padding: .3rem .8rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); font-weight: 400 }
.onecycle-live thead th { position: sticky; top: 0; background: var(--card); color: var(--soft); font-size: .8rem }
.onecycle-live tr > :first-child { text-align: left; padding-left: .1rem }
.onecycle-live .choice :is(th, td):nth-child(-n+3) { text-align: left }
.onecycle-live .choice input { width: 1.1rem; height: 1.1rem; margin: 0; vertical-align: -.15rem; accent-color: var(--accent) }
.onecycle-live .differences :is(th, td) { text-align: left; vertical-align: top; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 7rem; max-width: 28rem }
.onecycle-live tbody tr:last-child > * { border-bottom: 0 }
.onecycle-live .facts { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .2rem 1.2rem; font-size: .9rem }
.onecycle-live .facts dt { font-size: inherit }
.onecycle-live .facts dd { overflow-wrap: anywhere; white-space: pre-wrap }
.onecycle-live summary { cursor: pointer; font-weight: 650 }
.onecycle-live details[open] > summary { margin-bottom: .6rem }
.onecycle-live .pictures { display: flex; flex-wrap: wrap; gap: 1rem }
.onecycle-live .pictures img { max-width: 100%; max-height: 20rem; height: auto; image-rendering: auto; border-radius: .3rem }
.onecycle-live .pictures figcaption { font-size: .8rem; color: var(--soft) }
.onecycle-live .link { color: var(--soft); font-size: .85rem; min-height: 1.3em }
.onecycle-live .link[data-lost] { color: var(--wait) }
.onecycle-live .onecycle-plot figcaption { color: var(--soft); font-size: .9rem }
.onecycle-live .onecycle-plot figcaption > [style*=bold] { color: var(--ink); font-size: 1.07rem }
.onecycle-live .card .link:empty { display: none }
`
