import type { Child } from 'hono/jsx'

/** The request to the control that a button makes. */
export type Act = {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/_emulator/`. */
  path: string
  body?: unknown
}

type Action = {
  act: Act
  /** The page to return to. */
  back: string
  class?: string | undefined
  children?: Child
}

/**
 * Renders a form that makes the request without any script. Fields in it are named `text.<member>` or
 * `number.<member>`.
 */
export function ActForm({ act, back, id, class: name, children }: Action & { id?: string }) {
  return (
    <form method="post" action="/_emulator/console/do" id={id} class={name}>
      <input type="hidden" name="method" value={act.method} />
      <input type="hidden" name="path" value={`/_emulator/${act.path}`} />
      {act.body !== undefined && (
        <input type="hidden" name="body" value={JSON.stringify(act.body)} />
      )}
      <input type="hidden" name="back" value={back} />
      {children}
    </form>
  )
}

type ButtonAction = Action & {
  /** The accessible name, if the text of the button does not name its object. */
  label?: string | undefined
  isMain?: boolean | undefined
  isPressed?: boolean | undefined
}

/** Renders a button that makes one request. */
export function ActButton({
  act,
  back,
  class: name,
  label,
  isMain,
  isPressed,
  children,
}: ButtonAction) {
  return (
    <ActForm act={act} back={back} class={name}>
      <button
        type="submit"
        class={isMain ? 'main' : undefined}
        aria-label={label}
        aria-pressed={isPressed === undefined ? undefined : isPressed ? 'true' : 'false'}
      >
        {children}
      </button>
    </ActForm>
  )
}

/** Renders text to copy. The script shows the button. */
export function CopyBlock({
  name,
  text,
  isShort,
}: {
  name: string
  text: string
  isShort?: boolean
}) {
  return (
    <div class={isShort ? 'copy short' : 'copy'}>
      <pre>
        <code>{text}</code>
      </pre>
      <button type="button" data-copy hidden aria-label={`Copy: ${name}`}>
        Copy
      </button>
    </div>
  )
}

/** Renders text with code between backticks, as in Markdown. */
export function WithCode({ text }: { text: string }) {
  return <>{text.split('`').map((part, at) => (at % 2 ? <code>{part}</code> : part))}</>
}

/** Names a guide. It is a file of the repository, because the emulator serves no documents. */
export function Guide({ file }: { file: string }) {
  return (
    <span class="guide">
      Guide: <code>docs/{file}</code>
    </span>
  )
}
