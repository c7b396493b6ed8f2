import * as z from 'zod'
import { SCOPES } from '../../account/scopes'
import { pageOf, wholeListQuery } from '../envelope'
import { type Operation, operation } from '../operation'

/** `/oauth/scopes`: what OAuth clients can ask for (section A.6). Any caller may read it. */
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
