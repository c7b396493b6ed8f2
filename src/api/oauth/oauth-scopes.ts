import * as z from 'zod'
import { SCOPES } from '../../account/scopes'
import { pageOf, wholeListQuery } from '../envelope'
import { type Operation, operation } from '../operation'

/** `/oauth/scopes`: the scopes that OAuth clients can request. API: documented [C15]. */
export const oauthScopes: Operation[] = [
  operation({
    method: 'get',
    path: '/oauth/scopes',
    summary: 'List OAuth scopes',
    permissions: [],
    query: z.object(wholeListQuery),
    result: z.object({
      id: z.string(),
      name: z.string(),
      category: z.string(),
      scopes: z.array(z.string()),
    }),
    isList: true,
    handle: (_, { query }) => pageOf([...SCOPES], query),
  }),
]
