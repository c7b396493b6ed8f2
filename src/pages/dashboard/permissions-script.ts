/** Observed (B.3). */
export const NO_PERMISSION = 'Select at least one permission to authorize, or cancel.'
const NO_ACCOUNT = 'Select at least one account to authorize, or cancel.'

/** Search, templates, the count, and what is still missing; the form works without any of it. */
export const PERMISSIONS_SCRIPT = `{
  const find = (selector) => [...document.querySelectorAll(selector)]
  const [search, total, missing, authorize, tools, notFound] =
    ['[type=search]', '#total', '#missing', '[value=authorize]', '.tools', '.tools [role=status]']
      .map((selector) => document.querySelector(selector))
  const scopes = find('[name=scope]')
  const accounts = find('[name=account]:enabled')
  const isChecked = (box) => box.checked

  function update() {
    const count = scopes.filter(isChecked).length
    const lacksAccount = accounts.length > 0 && !accounts.some(isChecked)
    const fault = count === 0 ? '${NO_PERMISSION}' : lacksAccount ? '${NO_ACCOUNT}' : ''
    total.textContent = count + ' total permissions'
    if (missing.textContent !== fault) missing.textContent = fault
    authorize.disabled = fault !== ''
  }
  function filter() {
    const text = search.value.trim().toLowerCase()
    for (const box of scopes) {
      const label = box.closest('label').textContent + ' ' + box.value
      box.closest('li').hidden = !label.toLowerCase().includes(text)
    }
    for (const category of find('.category')) {
      category.hidden = !category.querySelector('li:not([hidden])')
      if (text) category.open = true
    }
    const isNone = scopes.every((box) => box.closest('li').hidden)
    notFound.textContent = isNone ? 'No permission found.' : ''
  }
  search.addEventListener('input', filter)
  search.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault())
  for (const button of find('[data-template]')) {
    button.addEventListener('click', () => {
      for (const box of scopes.filter((each) => !each.disabled)) {
        box.checked = button.dataset.template === 'full' || /[.:](metadata_)?read$/.test(box.value)
      }
      update()
    })
  }
  document.addEventListener('change', update)
  addEventListener('pageshow', () => { update(); filter() })
  tools.hidden = scopes.length === 0
  for (const all of find('[data-all]')) {
    all.closest('li').hidden = false
    all.addEventListener('change', () => {
      for (const account of accounts) account.checked = all.checked
    })
  }
  for (const logo of find('.tile img')) {
    const show = () => logo.naturalWidth > 0 && logo.classList.add('shown')
    logo.addEventListener('load', show)
    show()
  }
}`
