/** `npm run evidence -- evidence.json`: prints a proposal for docs/fidelity.md. */
import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { evidenceSchema } from './evidence.ts'
import { fidelity } from './fidelity.ts'
import { proposalOf } from './proposal.ts'

const evidenceJson = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue({ code: 'custom', message: 'It is not JSON' })
      return z.NEVER
    }
  })
  .pipe(evidenceSchema)

const [file] = process.argv.slice(2)
if (file === undefined) {
  console.error('Expected the file that compare --json wrote: npm run evidence -- evidence.json')
  process.exit(2)
}
const text = await readFile(file, 'utf8').catch((error: Error) => {
  console.error(`${file} cannot be read: ${error.message}`)
  process.exit(1)
})
const evidence = evidenceJson.safeParse(text)
if (!evidence.success) {
  console.error(`${file} is not the evidence of compare:\n${z.prettifyError(evidence.error)}`)
  process.exit(1)
}
console.log(proposalOf(evidence.data, fidelity()))
