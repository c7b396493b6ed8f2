// The search in a list of permissions. The form works without this script.

{
  const tools = document.querySelector('.tools')
  const search = tools?.querySelector('[type=search]')
  const notFound = tools?.querySelector('[role=status]')
  const rows = [...document.querySelectorAll('.category li')]

  const filter = () => {
    if (!(search instanceof HTMLInputElement) || !notFound) return
    const text = search.value.trim().toLowerCase()
    for (const row of rows) {
      const id = row.querySelector('input')?.value ?? ''
      row.toggleAttribute('hidden', !`${row.textContent} ${id}`.toLowerCase().includes(text))
    }
    for (const category of document.querySelectorAll('details.category')) {
      category.toggleAttribute('hidden', !category.querySelector('li:not([hidden])'))
      if (text) category.toggleAttribute('open', true)
    }
    const isNone = rows.every((row) => row.hasAttribute('hidden'))
    notFound.textContent = isNone ? 'No permission found.' : ''
  }

  tools?.toggleAttribute('hidden', rows.length === 0)
  search?.addEventListener('input', filter)
  search?.addEventListener('keydown', (event) => {
    if (event instanceof KeyboardEvent && event.key === 'Enter') event.preventDefault()
  })
  // Also when the page returns from the browser's history, with its fields as they were.
  addEventListener('pageshow', filter)
}
