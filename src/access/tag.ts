import * as z from 'zod'
import type { RecordKind } from './record-kind'
import type { Timestamps } from './timestamps'

/** A tag, which applications name in `tags`. */
export type Tag = Timestamps & { name: string }

export const tagKind: RecordKind<Tag> = {
  noun: 'tag',
  idOf: ({ name }) => name,
  schema: z.looseObject({ name: z.string().min(1) }),
}
