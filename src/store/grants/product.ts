import type { z } from 'zod'
import { type CredentialForms, MANAGED_OAUTH_FORMS } from '../../access/token'
import { DASHBOARD_FORMS } from '../../account/oauth/dash-token'
import type { RecordKind } from '../kv'
import {
  type AccessGrant,
  accessGrantSchema,
  type DashboardGrant,
  dashboardGrantSchema,
  type Grant,
} from './grant'

/** The differences between the grants of Access and those of the dashboard. */
export type Product<G extends Grant> = {
  records: RecordKind
  /** A part of an object's name, so that no token of one product finds a grant of another. */
  objects: '' | 'dashboard:'
  schema: z.ZodType<G>
  forms: CredentialForms
  /** The effect of revoking an access token: the token ends, or its grant with all its tokens. */
  accessTokenEnds: 'itself' | 'grant'
}

export const MANAGED_OAUTH: Product<AccessGrant> = {
  records: 'grant',
  objects: '',
  schema: accessGrantSchema,
  forms: MANAGED_OAUTH_FORMS,
  accessTokenEnds: 'itself',
}

export const DASHBOARD: Product<DashboardGrant> = {
  records: 'dashboardGrant',
  objects: 'dashboard:',
  schema: dashboardGrantSchema,
  forms: DASHBOARD_FORMS,
  // Dashboard: documented [D29]. Revoking any token of a grant ends all of them.
  accessTokenEnds: 'grant',
}
