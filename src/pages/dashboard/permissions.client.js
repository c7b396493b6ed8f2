// Templates, the count, and what is still missing. The form works without this script.

const scopes = checkboxes('[name=scope]')
const accounts = checkboxes('[name=account]:enabled')
const authorize = one('[value=authorize]', HTMLButtonElement)
const tools = one('.tools', HTMLElement)
const total = one('#total', HTMLElement)
const missing = one('#missing', HTMLElement)

document.addEventListener('change', update)
// Also when the page returns from the browser's history, with its fields as they were.
addEventListener('pageshow', update)
for (const button of tools.querySelectorAll('button')) {
  button.addEventListener('click', () => choose(button.dataset.template === 'full'))
}
for (const all of checkboxes('[data-all]')) {
  rowOf(all).hidden = false
  all.addEventListener('change', () => {
    for (const account of accounts) account.checked = all.checked
  })
}
for (const logo of document.querySelectorAll('img')) {
  const show = () => logo.naturalWidth > 0 && logo.classList.add('shown')
  logo.addEventListener('load', show)
  show()
}

function update() {
  const count = scopes.filter(({ checked }) => checked).length
  const needsAccount = accounts.length > 0 && !accounts.some(({ checked }) => checked)
  const { noPermission = '', noAccount = '' } = missing.dataset
  const problem = count === 0 ? noPermission : needsAccount ? noAccount : ''
  total.textContent = `${count} total permissions`
  // Only a change: a screen reader reads it aloud.
  if (missing.textContent !== problem) missing.textContent = problem
  authorize.disabled = problem !== ''
}

/**
 * Checks every optional permission, or only those that read.
 *
 * @param {boolean} isFull
 */
function choose(isFull) {
  for (const box of scopes.filter(({ disabled }) => !disabled)) {
    box.checked = isFull || /[.:](metadata_)?read$/.test(box.value)
  }
  update()
}

/**
 * @template {HTMLElement} T
 * @param {string} selector
 * @param {new () => T} type
 */
function one(selector, type) {
  const found = document.querySelector(selector)
  if (!(found instanceof type)) throw new Error(`this page has no ${selector}`)
  return found
}

/** @param {string} selector */
function checkboxes(selector) {
  return [...document.querySelectorAll(selector)].filter((each) => each instanceof HTMLInputElement)
}

/** @param {Element} box */
function rowOf(box) {
  const row = box.closest('li')
  if (!row) throw new Error('a checkbox stands outside a list')
  return row
}
