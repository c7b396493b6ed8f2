/**
 * The console's live parts: when something happens, the page is asked for again and its regions
 * (`data-live`) are replaced by what it says now. All of it works without this script as well, by a
 * reload.
 */
export const CONSOLE_SCRIPT = `
const live = document.getElementById('live')
let waiting
let asked = 0

function say(text, isOn) {
  live.textContent = text
  live.classList.toggle('on', isOn)
}

async function renew() {
  const mine = ++asked
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined)
  if (!answer || !answer.ok || mine !== asked) return
  const text = await answer.text()
  // Without its head: this page's policy knows the nonce of no other style.
  const next = new DOMParser().parseFromString(text.slice(text.indexOf('<main')), 'text/html')
  if (mine !== asked) return
  for (const region of document.querySelectorAll('[data-live]')) {
    const fresh = next.getElementById(region.id)
    const focused = region.contains(document.activeElement) ? document.activeElement : undefined
    // Nobody is interrupted while typing or choosing.
    if (!fresh || focused?.matches('input, select, textarea')) continue
    if (fresh.innerHTML === region.dataset.was) continue
    const was = fresh.innerHTML
    const opened = new Map([...region.querySelectorAll('details[id]')].map((each) => [each.id, each.open]))
    for (const details of fresh.querySelectorAll('details[id]')) {
      if (opened.has(details.id)) details.open = opened.get(details.id)
    }
    const place = focused && placeOf(region, focused)
    region.replaceChildren(...fresh.childNodes)
    region.dataset.was = was
    if (place) find(region, place)?.focus({ preventScroll: true })
    ready(region)
  }
}

// The same control of the page that is new: its summary's details, its label, or else its position.
const CONTROLS = 'a, button, summary, pre'
function placeOf(region, control) {
  const key = keyOf(control)
  const same = [...region.querySelectorAll(CONTROLS)].filter((each) => keyOf(each) === key)
  return { key, index: same.indexOf(control) }
}
function find(region, { key, index }) {
  const same = [...region.querySelectorAll(CONTROLS)].filter((each) => keyOf(each) === key)
  return same[index] ?? same[0]
}
function keyOf(control) {
  return control.closest('summary')?.parentElement.id || control.ariaLabel || control.textContent
}

function ready(part) {
  for (const button of part.querySelectorAll('[data-copy]')) {
    button.hidden = false
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent)
      button.textContent = 'Copied'
      setTimeout(() => { button.textContent = 'Copy' }, 1500)
    })
  }
}

ready(document)
const events = new EventSource('/_emulator/events?follow&after=' + live.dataset.after)
events.onopen = () => {
  // After a break, whatever happened meanwhile.
  if (live.textContent) renew()
  say('live', true)
}
events.onerror = () => say('not connected', false)
events.onmessage = () => {
  clearTimeout(waiting)
  waiting = setTimeout(renew, 150)
}
`
