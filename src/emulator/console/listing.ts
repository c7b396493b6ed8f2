// Each page is a request to the control, and the console shows at most this many of a list.
const MAX_PAGES = 20

type Page<T> = { items: T[]; cursor?: string | undefined }

/**
 * Reads a list of the control, which is in the order of ids, so that it can be sorted and searched.
 *
 * @param read reads a page; the query has its `?`, or is empty
 * @returns the items, and whether the list has no others
 */
export async function readAll<T>(
  read: (query: string) => Promise<Page<T>>,
  maxPages = MAX_PAGES,
): Promise<{ items: T[]; isWhole: boolean }> {
  const items: T[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < maxPages; pages++) {
    const page = await read(cursor ? `?cursor=${encodeURIComponent(cursor)}` : '')
    for (const item of page.items) items.push(item)
    cursor = page.cursor
    if (!cursor) break
  }
  return { items, isWhole: !cursor }
}

/** Returns the items that contain the text, from an offset on, and the offset of the next page. */
export function pageOfItems<T>(items: T[], text: string, from: number, perPage: number) {
  const wanted = text.toLowerCase()
  const found = items.filter((item) => JSON.stringify(item).toLowerCase().includes(wanted))
  const next = from + perPage < found.length ? from + perPage : undefined
  return { items: found.slice(from, from + perPage), total: found.length, next }
}
