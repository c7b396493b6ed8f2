import axe from 'axe-core'
import type { Page } from 'playwright-core'

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Returns the violations that axe finds in a page, by rule and element; none for an accessible page. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Evaluated, because the pages' policy allows no script element.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(async (values) => {
    const { axe: runner } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await runner.run({ runOnly: { type: 'tag', values } })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`),
    )
  }, STANDARDS)
}
