import * as z from 'zod'
import { type ReusablePolicy, reusablePolicySchema } from './policy'
import type { RecordKind } from './record-kind'
import { rulesReferences } from './references'

export const policyKind: RecordKind<ReusablePolicy> = {
  noun: 'policy',
  idOf: ({ id }) => id,
  schema: z.looseObject({ ...reusablePolicySchema.shape, id: z.string().min(1) }),
  references: (policy) => rulesReferences(policy),
}
