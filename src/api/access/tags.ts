import * as z from 'zod'
import type { Tag } from '../../access/tag'
import { stamped, timestampsOf } from '../../access/timestamps'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { pageOf, pageQuery } from '../envelope'
import { invalidRequest, notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { refuseUsed } from '../references'

const PERMISSIONS = accepted('access', 'access-tag')

const LIST = '/access/tags'
const ONE = `${LIST}/:tag_name`

const bodySchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(35)
    // A path cannot have such a segment.
    .refine((name) => !/^\.\.?$/.test(name), 'expected a name other than . or ..'),
})
const tagResult = z.object({
  name: z.string(),
  app_count: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

/** `/access/tags`: names that applications are marked with. Access: documented [K5]. */
export const tags: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List tags',
    permissions: PERMISSIONS.read,
    query: z.object(pageQuery),
    result: tagResult,
    isList: true,
    handle(c, { query }) {
      const { configuration } = c.var
      const sorted = configuration.tags.toSorted((a, b) => (a.name < b.name ? -1 : 1))
      return pageOf(
        sorted.map((tag) => view(configuration, tag)),
        query,
      )
    },
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create a tag',
    permissions: PERMISSIONS.write,
    status: 201,
    body: bodySchema,
    result: tagResult,
    handle: (c, { body }) =>
      change(c, (from) => {
        refuseTaken(from, body.name)
        const tag = stamped(body, c.get('now'))
        return { edits: [save('tags', tag)], result: view(from, tag) }
      }),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a tag',
    permissions: PERMISSIONS.read,
    result: tagResult,
    handle: (c, { params }) =>
      view(c.get('configuration'), requireTag(c.get('configuration'), params.tag_name)),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Rename a tag',
    permissions: PERMISSIONS.write,
    body: bodySchema,
    result: tagResult,
    handle: (c, { params, body }) =>
      change(c, (from) => {
        const before = requireTag(from, params.tag_name)
        if (body.name !== before.name) refuseTaken(from, body.name)
        const tag = stamped({ ...before, name: body.name }, c.get('now'), timestampsOf(before))
        const renamed = applicationsTagged(from, before.name).map((each) => {
          const names = each.tags.map((name) => (name === before.name ? tag.name : name))
          return save('applications', { ...each, tags: names.sort() })
        })
        return {
          edits: [deletion('tags', before.name), save('tags', tag), ...renamed],
          result: { ...view(from, { ...tag, name: before.name }), name: tag.name },
        }
      }),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a tag',
    permissions: PERMISSIONS.write,
    status: 202,
    result: z.object({ name: z.string() }),
    handle: (c, { params }) =>
      change(c, (from) => {
        const { name } = requireTag(from, params.tag_name)
        // Assumed: a tag that an application has cannot be deleted.
        refuseUsed(from, 'tags', name, 'the application ')
        return { edits: [deletion('tags', name)], result: { name } }
      }),
  }),
]

function view(from: Configuration, tag: Tag) {
  const { name } = tag
  return { name, app_count: applicationsTagged(from, name).length, ...timestampsOf(tag) }
}

function applicationsTagged(from: Configuration, tag: string) {
  return from.collections.applications.filter(({ tags }) => tags.includes(tag))
}

function requireTag(from: Configuration, name: string | undefined): Tag {
  const tag = from.tags.find((each) => each.name === name)
  if (!tag) throw notFound('tag_not_found')
  return tag
}

function refuseTaken(from: Configuration, name: string): void {
  if (from.tags.some((each) => each.name === name)) {
    throw invalidRequest(`tag ${name} already exists`, '/name')
  }
}
