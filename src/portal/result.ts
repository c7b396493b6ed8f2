/** Returns the result of a tool of the portal itself. */
export function textResult(text: string) {
  return { content: [{ type: 'text' as const, text }] }
}

/** Returns the result of a tool that failed. */
export function failedResult(text: string) {
  return { ...textResult(text), isError: true }
}
