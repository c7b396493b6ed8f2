import type { Child } from 'hono/jsx'
import { Frame } from './frame'

type Message = {
  nonce: string
  title: string
  /** What happened, in one sentence. */
  message: string
  /** What can be done about it: a sentence, or a link that does it. */
  advice?: Child
}

/** A page that says what went wrong, or that somebody is not let in. */
export function MessagePage({ nonce, title, message, advice }: Message) {
  return (
    <Frame title={title} nonce={nonce}>
      <h1>{title}</h1>
      <p class="message">{message}</p>
      {advice && <p class={typeof advice === 'string' ? 'note' : 'next'}>{advice}</p>}
    </Frame>
  )
}
