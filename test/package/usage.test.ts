import { describe, expect, it } from 'vitest'
import { parseArguments, UsageError } from '../../src/node/usage'

const FLAGS = { port: { type: 'string' }, origin: { type: 'string' } } as const

describe('A flag of the command that does not exist', () => {
  it.each([
    ['--prot', 'Unknown flag --prot; did you mean --port?'],
    ['--orgin=http://localhost', 'Unknown flag --orgin; did you mean --origin?'],
    ['--verbose', 'Unknown flag --verbose'],
  ])('%s is refused, and the nearest one is named if there is one', (flag, message) => {
    expect(() => parseArguments([flag], FLAGS)).toThrow(new UsageError(message))
  })

  it('is not confused with a flag without its value', () => {
    expect(() => parseArguments(['--port'], FLAGS)).toThrow(/--port.*argument missing/)
  })
})
