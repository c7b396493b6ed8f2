import * as z from 'zod'
import { emailSchema, userIdOf } from '../../access/identity'
import { formatTime } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { invalidRequest, notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { contains } from '../query'

const PERMISSIONS = accepted('access-acct', 'access-users')

const LIST = '/access/users'
const ONE = `${LIST}/:user_id`

const bodySchema = z.strictObject({ email: emailSchema, name: z.string().default('') })
const userResult = z.object({
  id: z.string(),
  uid: z.string(),
  email: z.string(),
  name: z.string(),
  access_seat: z.boolean(),
  gateway_seat: z.boolean(),
  seat_uid: z.string().optional(),
  active_device_count: z.int(),
  last_successful_login: z.iso.datetime().optional(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})
type User = z.infer<typeof userResult>

/** `/access/users`: people who have signed in, and created users. Access: documented [K22]. */
export const users: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List users',
    permissions: PERMISSIONS.read,
    query: z.object({
      ...pageQuery,
      name: z.string().optional(),
      email: z.string().optional(),
      search: z.string().optional(),
    }),
    result: userResult,
    isList: true,
    async handle(c, { query }) {
      const found = (await allUsers(c)).filter(
        ({ name, email }) =>
          (query.name === undefined || name === query.name) &&
          (query.email === undefined || email === query.email.toLowerCase()) &&
          (contains(name, query.search) || contains(email, query.search)),
      )
      return pageOf(found, query)
    },
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create a user',
    permissions: PERMISSIONS.write,
    status: 201,
    body: bodySchema,
    result: userResult,
    async handle(c, { body }) {
      if (await findUser(c, ({ email }) => email === body.email)) {
        throw invalidRequest(`user ${body.email} already exists`, '/email')
      }
      await c.get('emulator').directory.putUser(body.email, body.name)
      return findUser(c, ({ email }) => email === body.email)
    },
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a user',
    permissions: PERMISSIONS.read,
    result: userResult,
    handle: (c, { params }) => requireUser(c, params),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Update a user',
    permissions: PERMISSIONS.write,
    body: bodySchema,
    result: userResult,
    async handle(c, { params, body }) {
      const { email } = await requireUser(c, params)
      // Assumed: a user is identified by the address.
      if (body.email !== email) throw invalidRequest('email cannot be changed', '/email')
      await c.get('emulator').directory.putUser(email, body.name)
      return requireUser(c, params)
    },
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a user, and end their sessions and grants',
    permissions: PERMISSIONS.write,
    result: deletedResult,
    async handle(c, { params }) {
      const { id, email } = await requireUser(c, params)
      await c.get('emulator').directory.deleteUser(email)
      return { id }
    },
  }),
]

/** Returns the first user that a condition holds for. */
export async function findUser(
  c: AppContext,
  isWanted: (user: User) => boolean,
): Promise<User | undefined> {
  return (await allUsers(c)).find(isWanted)
}

/** Returns a user, or throws an ApiError 404. */
export async function requireUser(c: AppContext, params: Record<string, string>): Promise<User> {
  const user = await findUser(c, ({ id }) => id === params.user_id)
  if (!user) throw notFound('user_not_found')
  return user
}

/** Returns all users. */
export async function allUsers(c: AppContext): Promise<User[]> {
  const known = await c.get('emulator').directory.users()
  return Promise.all(
    known.map(async ({ email, name, createdAtSeconds, updatedAtSeconds, lastLoginAtSeconds }) => {
      const uid = await userIdOf(email)
      const hasSignedIn = lastLoginAtSeconds !== null
      return {
        id: uid,
        uid,
        email,
        name,
        // Access: documented [K22]. A user takes a seat by signing in.
        access_seat: hasSignedIn,
        gateway_seat: false,
        ...(hasSignedIn && {
          seat_uid: uid,
          last_successful_login: formatTime(lastLoginAtSeconds),
        }),
        active_device_count: 0,
        created_at: formatTime(createdAtSeconds),
        updated_at: formatTime(updatedAtSeconds),
      }
    }),
  )
}
