// Keeps a page of the console up to date: after each event it requests the page again and replaces
// the regions marked with `data-live`. Without this script, a reload does the same.

const RELOAD_AFTER_MS = 150
const COPIED_MS = 1500
// Everything in a region that can have the focus, except fields.
const CONTROLS = 'a, button, summary, pre'

const live = connectionStatus()
// The HTML of each region as the server sent it last.
/** @type {WeakMap<Element, string>} */
const shown = new WeakMap()
let latestRequest = 0
/** @type {number | undefined} */
let timer

enableCopying(document.body)
const events = new EventSource(`/_emulator/events?follow&after=${live.dataset.after}`)
events.onopen = () => {
  // A new connection after a break: events may have been missed.
  if (live.textContent) reload()
  showConnection('live', true)
}
events.onerror = () => showConnection('not connected', false)
events.onmessage = () => {
  clearTimeout(timer)
  timer = setTimeout(reload, RELOAD_AFTER_MS)
}

function connectionStatus() {
  const found = document.getElementById('live')
  if (!found) throw new Error('this page has no element #live')
  return found
}

/** @param {string} text @param {boolean} isOn */
function showConnection(text, isOn) {
  live.textContent = text
  live.classList.toggle('on', isOn)
}

async function reload() {
  const request = ++latestRequest
  const headers = { accept: 'text/html' }
  const response = await fetch(location.href, { headers }).catch(() => undefined)
  if (!response?.ok) return
  const text = await response.text()
  if (request !== latestRequest) return
  // Without its head: the policy of this page does not allow the style of another response.
  const next = new DOMParser().parseFromString(text.slice(text.indexOf('<main')), 'text/html')
  for (const region of document.querySelectorAll('[data-live]')) {
    const fresh = next.getElementById(region.id)
    if (fresh) replaceRegion(region, fresh)
  }
}

/** @param {Element} region @param {Element} fresh */
function replaceRegion(region, fresh) {
  const focused = focusedIn(region)
  // Typing and choosing are not interrupted.
  if (focused?.matches('input, select, textarea')) return
  const html = fresh.innerHTML
  if (html === shown.get(region)) return
  const wasOpen = new Map(detailsIn(region).map(({ id, open }) => [id, open]))
  for (const details of detailsIn(fresh)) details.open = wasOpen.get(details.id) ?? details.open
  const place = focused && placeOf(region, focused)
  region.replaceChildren(...fresh.childNodes)
  shown.set(region, html)
  if (place) controlAt(region, place)?.focus({ preventScroll: true })
  enableCopying(region)
}

/** @param {Element} region */
function focusedIn(region) {
  const focused = document.activeElement
  return focused instanceof HTMLElement && region.contains(focused) ? focused : undefined
}

/** @param {Element} part */
function detailsIn(part) {
  return [...part.querySelectorAll('details')].filter(({ id }) => id !== '')
}

/**
 * Returns the key and the index by which the control that replaces this one is found.
 *
 * @param {Element} region
 * @param {HTMLElement} control
 */
function placeOf(region, control) {
  const key = keyOf(control)
  return { key, index: controlsWith(region, key).indexOf(control) }
}

/** @param {Element} region @param {ReturnType<typeof placeOf>} place */
function controlAt(region, { key, index }) {
  const controls = controlsWith(region, key)
  return controls[index] ?? controls[0]
}

/** @param {Element} region @param {string | null | undefined} key */
function controlsWith(region, key) {
  return [...region.querySelectorAll(CONTROLS)]
    .filter((each) => each instanceof HTMLElement)
    .filter((each) => keyOf(each) === key)
}

/** @param {Element} control */
function keyOf(control) {
  const idOfDetails = control.closest('summary')?.parentElement?.id
  return idOfDetails || control.ariaLabel || control.textContent
}

/**
 * Shows the buttons that copy, which would do nothing without a script.
 *
 * @param {Element} part
 */
function enableCopying(part) {
  for (const button of part.querySelectorAll('button')) {
    if (button.dataset.copy === undefined) continue
    button.hidden = false
    button.addEventListener('click', async () => {
      const code = button.parentElement?.querySelector('code')
      await navigator.clipboard.writeText(code?.textContent ?? '')
      button.textContent = 'Copied'
      setTimeout(() => {
        button.textContent = 'Copy'
      }, COPIED_MS)
    })
  }
}
