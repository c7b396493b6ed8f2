import type { Page } from 'playwright-core'

/** Waits until the page with this heading is there, and returns its title. */
export async function sees(page: Page, heading: string): Promise<string> {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  return page.title()
}
