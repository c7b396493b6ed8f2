import type { Page } from 'playwright-core'

/**
 * Text of the page whose contrast with its background is below 4.5 (WCAG 2.2, 1.4.3 AA), each
 * with its ratio. Backgrounds are plain colours or none.
 */
export function faintText(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
        const share = Number(part) / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const background = (element: Element | null): string => {
      if (!element) return 'rgb(255, 255, 255)'
      const { backgroundColor } = getComputedStyle(element)
      const isNone = backgroundColor === 'rgba(0, 0, 0, 0)'
      return isNone ? background(element.parentElement) : backgroundColor
    }
    const ratio = (element: Element, pseudo?: string) => {
      const text = luminance(getComputedStyle(element, pseudo).color)
      const behind = luminance(background(element))
      return (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05)
    }
    const found: [string, number][] = []
    for (const input of document.querySelectorAll('input[placeholder]')) {
      found.push([input.getAttribute('placeholder') ?? '', ratio(input, '::placeholder')])
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const { textContent, parentElement } = texts.currentNode
      if (textContent?.trim() && parentElement) found.push([textContent, ratio(parentElement)])
    }
    if (found.length === 0) throw new Error('no text on the page')
    return found.filter(([, each]) => each < 4.5).map(([text, each]) => `${text}: ${each}`)
  })
}
