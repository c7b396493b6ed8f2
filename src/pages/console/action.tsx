import type { Child } from 'hono/jsx'

/** A request to the control that a button stands for. */
export type Act = {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/_emulator/`. */
  path: string
  body?: unknown
}

type Action = {
  act: Act
  /** The page to come back to. */
  back: string
  class?: string | undefined
  children?: Child
}

/** A form that does it without any script; fields in it are named `text.<member>` or `number.<member>`. */
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
  /** What the button does, where its text does not say what to. */
  label?: string | undefined
  isMain?: boolean | undefined
  isPressed?: boolean | undefined
}

/** One button that does one thing. */
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

/** Text to be copied. The button is there where a script can copy. */
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

/** Text in which code is written as in Markdown. */
export function WithCode({ text }: { text: string }) {
  return <>{text.split('`').map((part, at) => (at % 2 ? <code>{part}</code> : part))}</>
}
