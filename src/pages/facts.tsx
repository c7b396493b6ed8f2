import type { Child } from 'hono/jsx'

/** Renders a list of facts, each with its name. */
export function Facts({ children }: { children: Child }) {
  return <dl class="facts">{children}</dl>
}

export function Fact({ name, children }: { name: string; children: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
