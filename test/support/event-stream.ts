/** The events of a stream, one after the other, each as the text of its fields. */
export async function* streamedEvents({ body }: Response): AsyncGenerator<string> {
  let text = ''
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    const whole = text.split('\n\n')
    text = whole.pop() ?? ''
    yield* whole
  }
}

/** A field of an event; undefined if it has none of this name. */
export function fieldOf(event: string, name: string): string | undefined {
  return event.match(new RegExp(`^${name}: ?(.+)$`, 'm'))?.[1]
}

/** The data of the events of a stream, which is JSON, one after the other. */
export async function* messagesOf<T = Record<string, unknown>>(
  response: Response,
): AsyncGenerator<T> {
  for await (const event of streamedEvents(response)) {
    const data = fieldOf(event, 'data')
    if (data) yield JSON.parse(data)
  }
}
