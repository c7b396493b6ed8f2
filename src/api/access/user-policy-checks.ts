import * as z from 'zod'
import { seededIdentity, userIdOf } from '../../access/identity'
import { EMULATED_ACCOUNT_ID } from '../../access/identity-document'
import { PEOPLE_PICKER } from '../../access/identity-provider'
import { evaluate } from '../../access/policy'
import { whereFrom } from '../../request/judge'
import { callerEmail } from '../caller'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { policiesOf } from './application-view'
import { requireApplication } from './applications'

const PERMISSIONS = accepted('access', 'access-policy-test')

/**
 * `/access/apps/{id}/user_policy_checks`: whether the policies admit the caller.
 *
 * Assumed: the values of `status`, and the members of each policy.
 */
export const userPolicyChecks: Operation[] = [
  operation({
    method: 'get',
    path: '/access/apps/:app_id/user_policy_checks',
    summary: "Test an application's policies against the caller",
    permissions: PERMISSIONS.read,
    result: z.object({
      app_state: z.object({
        app_uid: z.string(),
        aud: z.string(),
        hostname: z.string(),
        name: z.string(),
        policies: z.array(z.looseObject({})),
        status: z.string(),
      }),
      user_identity: z.looseObject({ email: z.string() }),
    }),
    async handle(c, { params }) {
      const { configuration, now, settings } = c.var
      const stored = requireApplication(configuration, params.app_id)
      const policies = policiesOf(configuration, stored)
      const email = await callerEmail(c)
      const identity = seededIdentity(settings.PEOPLE, email, PEOPLE_PICKER)
      const subject = { identity, ...whereFrom(c) }
      const { references } = configuration
      const user = await userIdOf(email)
      return {
        app_state: {
          app_uid: stored.id,
          aud: stored.aud,
          hostname: stored.domain ?? '',
          name: stored.name,
          policies: policies.map((policy) => ({
            id: policy.id,
            name: policy.name,
            decision: policy.decision,
            status: evaluate([policy], subject, references).policy ? 'matched' : 'not matched',
          })),
          status:
            evaluate(policies, subject, references).decision === 'deny' ? 'blocked' : 'approved',
        },
        user_identity: {
          id: user,
          account_id: EMULATED_ACCOUNT_ID,
          device_sessions: {},
          email,
          geo: { country: subject.country },
          iat: now,
          is_gateway: false,
          is_warp: false,
          name: identity.name,
          user_uuid: user,
          version: 2,
        },
      }
    },
  }),
]
