import * as z from 'zod'
import { nestingProblem } from './group-nesting'
import { distinct, type RecordKind } from './record-kind'
import { rulesReferences } from './references'
import { type Group, groupMembersSchema, groupSchema } from './rules'
import type { Timestamps } from './timestamps'

export const groupKind: RecordKind<Group & Timestamps> = {
  noun: 'group',
  idOf: ({ id }) => id,
  schema: z.looseObject({ ...groupMembersSchema.shape, id: z.string().min(1) }),
  references: (group) => rulesReferences(group),
  seed: {
    setting: 'GROUPS',
    schema: z.array(groupSchema).superRefine(distinct('id')).superRefine(rejectNesting).default([]),
  },
}

function rejectNesting(groups: Group[], context: z.RefinementCtx): void {
  const problem = nestingProblem(groups)
  if (!problem) return
  const message = `expected groups that can be evaluated: ${problem.why}`
  context.addIssue({ code: 'custom', path: [groups.indexOf(problem.group)], message })
}
