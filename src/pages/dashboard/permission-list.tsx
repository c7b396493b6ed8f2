import type { Child } from 'hono/jsx'
import SCRIPT from './permission-list.client.js' with { type: 'text' }
import STYLE from './permission-list.css' with { type: 'text' }

export const PERMISSION_LIST_SCRIPT = SCRIPT
export const PERMISSION_LIST_STYLE = STYLE

/** A permission of the catalogue. `category` is a title; permissions with the same one are shown together. */
type Listed = { category: string }

/**
 * Renders permissions by category, with a search that needs its script.
 *
 * @param templates whether there are buttons that check all permissions, or only those that read
 */
export function PermissionList<P extends Listed>({
  permissions,
  templates = false,
  children,
}: {
  permissions: P[]
  templates?: boolean
  children: (permission: P) => Child
}) {
  return (
    <>
      <Tools templates={templates} />
      {[...Map.groupBy(permissions, ({ category }) => category)].map(([title, entries]) => (
        <details class="category" open>
          <summary>
            {title} <small>{entries.length}</small>
          </summary>
          <ul class="options">
            {entries.map((permission) => (
              <li>{children(permission)}</li>
            ))}
          </ul>
        </details>
      ))}
    </>
  )
}

// Hidden until the script shows them, because they do nothing without it.
function Tools({ templates }: { templates: boolean }) {
  return (
    <div class="tools" hidden>
      <input type="search" placeholder="Search permissions" aria-label="Search permissions" />
      {templates && (
        <>
          <button type="button" data-template="read">
            Read Only
          </button>
          <button type="button" data-template="full">
            Full Access
          </button>
        </>
      )}
      <p class="soft small" role="status" />
    </div>
  )
}
