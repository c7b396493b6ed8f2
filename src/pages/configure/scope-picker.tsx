import { PermissionList } from '../dashboard/permission-list'
import { listOf, type Problems, type Values } from './fields'

export type ScopeView = { id: string; name: string; category: string }

type Picker = { scopes: ScopeView[]; values: Values; problems: Problems }

/** Renders the scopes of the catalogue with a search, as on the consent page; each may be optional [S10]. */
export function ScopePicker({ scopes, values, problems }: Picker) {
  const chosen = new Set(listOf(values.scopes))
  const optional = new Set(listOf(values.optional_scopes))
  const wrong = [...(problems.scopes ?? []), ...(problems.optional_scopes ?? [])]
  return (
    <fieldset class="scopes">
      <legend>Scopes</legend>
      <p class="soft small">
        {chosen.size === 0
          ? 'Search for and select the scopes that the client may request.'
          : `Selected when this page was loaded: ${[...chosen].join(', ')}.`}{' '}
        A person may leave an optional scope out on the consent page.
      </p>
      {wrong.length > 0 && <p class="problem">{wrong.join(' ')}</p>}
      <PermissionList permissions={scopes}>
        {({ id, name }) => (
          <div class="scope">
            <label class="option" title={id}>
              <input type="checkbox" name="scopes" value={id} checked={chosen.has(id)} />
              <span>{name}</span>
            </label>
            <label class="option may">
              <input
                type="checkbox"
                name="optional_scopes"
                value={id}
                checked={optional.has(id)}
                aria-label={`${name} is optional`}
              />
              <small>Optional</small>
            </label>
          </div>
        )}
      </PermissionList>
    </fieldset>
  )
}
