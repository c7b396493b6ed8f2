import { Frame } from './frame'

/** The content of a page with a message. */
export type Message = {
  title: string
  /** The problem or the result, in one sentence. */
  message: string
  /** The next step: a sentence, or links that lead to it. */
  advice?: string | Link[] | undefined
}

/** A link, and the name of its destination if there may be several. */
type Link = { url: string; text: string; name?: string }

/** Renders a page with a message: an error, a refusal, the end of a login. */
export function MessagePage({ nonce, title, message, advice }: Message & { nonce: string }) {
  return (
    <Frame title={title} nonce={nonce}>
      <h1>{title}</h1>
      <p class="message">{message}</p>
      {advice &&
        (typeof advice === 'string' ? (
          <p class="note">{advice}</p>
        ) : (
          <p class="next">{advice.map(linkTo)}</p>
        ))}
    </Frame>
  )
}

function linkTo({ url, text, name }: Link) {
  return (
    <a href={url}>
      {text}
      {name !== undefined && (
        <>
          {' '}
          <bdi>{name}</bdi>
        </>
      )}
    </a>
  )
}
