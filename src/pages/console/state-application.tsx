import { CopyBlock } from './action'
import { End } from './state-list'

/** A policy with its rules in words: `Emails ending in example.com`. */
export type PolicyView = {
  name: string
  decision: string
  isReusable: boolean
  parts: { name: string; rules: string[] }[]
}

export type ApplicationView = {
  name: string
  id: string
  domains: string[]
  aud: string
  isOAuthOn: boolean
  /** The settings of Managed OAuth, such as `access_token_lifetime`. */
  options: { name: string; value: string }[]
  policies: PolicyView[]
}

/** Renders an application: its audience, the settings of Managed OAuth, and its policies. */
export function Application({ application, here }: { application: ApplicationView; here: string }) {
  const { name, id, aud, domains, isOAuthOn, options, policies } = application
  return (
    <>
      <div class="record">
        <p>
          <strong>{name}</strong>{' '}
          {domains.map((domain) => (
            <>
              <code>{domain}</code>{' '}
            </>
          ))}
          <span class={`tag ${isOAuthOn ? 'allowed' : 'noted'}`}>
            Managed OAuth {isOAuthOn ? 'on' : 'off'}
          </span>
        </p>
        <a href={`/_emulator/configure/access/applications/${id}`} aria-label={`Edit ${name}`}>
          Edit
        </a>
        <a
          href={`/_emulator/configure/access/who-gets-in?application=${id}`}
          aria-label={`Who gets in to ${name}?`}
        >
          Who gets in?
        </a>
        <End
          act={{ method: 'POST', path: 'revoke', body: { application: id } }}
          here={here}
          label={`Revoke tokens of ${name}`}
        >
          Revoke tokens
        </End>
      </div>
      <p class="copy-name">Audience (aud)</p>
      <CopyBlock name={`aud of ${name}`} text={aud} isShort />
      <ul class="inline">
        {options.map((option) => (
          <li>
            {option.name} <code>{option.value}</code>
          </li>
        ))}
      </ul>
      <PolicyRules policies={policies} />
    </>
  )
}

/** Renders policies with their rules. */
export function PolicyRules({ policies }: { policies: PolicyView[] }) {
  if (policies.length === 0) return <p class="soft small">No policy: nobody is admitted.</p>
  return (
    <ul class="policy-rules">
      {policies.map(({ name, decision, isReusable, parts }) => (
        <li>
          <p>
            <span class={`tag ${decision === 'Block' ? 'refused' : 'allowed'}`}>{decision}</span>{' '}
            <strong>{name}</strong> {isReusable && <span class="tag noted">reusable</span>}
          </p>
          <ul class="inline">
            {parts.map((part) => (
              <li>
                {part.name}: {part.rules.join(', ')}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  )
}
