import type { Child } from 'hono/jsx'
import { Frame } from './frame'

type Message = {
  nonce: string
  title: string
  /** The problem or the result, in one sentence. */
  message: string
  /** The next step: a sentence, or a link that leads to it. */
  advice?: Child
}

/** Renders a page with a message: an error, a refusal, the end of a login. */
export function MessagePage({ nonce, title, message, advice }: Message) {
  return (
    <Frame title={title} nonce={nonce}>
      <h1>{title}</h1>
      <p class="message">{message}</p>
      {advice && <p class={typeof advice === 'string' ? 'note' : 'next'}>{advice}</p>}
    </Frame>
  )
}
