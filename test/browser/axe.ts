import axe from 'axe-core'
import type { Page } from 'playwright-core'

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds wrong with a page, by rule and place: empty for an accessible page. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Evaluated, because the pages' policy lets no script in by a tag.
  await page.evaluate(axe.source)
  return page.evaluate(async (values) => {
    const { axe: runner } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await runner.run({ runOnly: { type: 'tag', values } })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`),
    )
  }, STANDARDS)
}
