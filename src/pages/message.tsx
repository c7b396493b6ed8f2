import type { Child } from 'hono/jsx'
import { Frame } from './frame'

type Message = {
  nonce: string
  title: string
  /** What happened, in one sentence. */
  message: string
  /** What the developer can do about it. */
  advice?: Child
}

/** A page that says what went wrong, or that somebody is not let in. */
export function MessagePage({ nonce, title, message, advice }: Message) {
  return (
    <Frame title={title} nonce={nonce}>
      <h1>{title}</h1>
      <p>{message}</p>
      {advice && (
        <div class="note">
          <p>{advice}</p>
        </div>
      )}
    </Frame>
  )
}
