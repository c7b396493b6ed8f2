import { isObject } from '../../access/unknown-members'
import type { Field, Problems, Values } from '../../pages/configure/fields'
import type { ApiProblem } from './api'

/** A value that is not JSON, in a field for JSON. */
export class NotJson extends Error {
  constructor(
    readonly member: string,
    cause: unknown,
  ) {
    super(`This is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`)
  }
}

/** Returns the fields' values as they were sent, so that a refusal loses nothing. */
export function sentValues(form: URLSearchParams, fields: readonly Field[]): Values {
  return Object.fromEntries(
    fields.map(({ member, kind }) => {
      if (kind === 'checkbox') return [member, form.has(member)]
      if (kind === 'choices') return [member, form.getAll(member)]
      return [member, form.get(member) ?? '']
    }),
  )
}

/** Returns the values that a form for a record starts with. */
export function valuesOf(record: object, fields: readonly Field[]): Values {
  return Object.fromEntries(
    fields.map(({ member, kind }) => {
      const value = memberOf(record, member)
      switch (kind) {
        case 'checkbox':
          return [member, value === true]
        case 'choices':
          return [member, Array.isArray(value) ? value.map(String) : []]
        case 'lines':
          return [member, Array.isArray(value) ? value.map(String).join('\n') : '']
        case 'json':
          return [member, value === undefined ? '' : JSON.stringify(value, null, 2)]
        default:
          return [member, value === undefined || value === null ? '' : String(value)]
      }
    }),
  )
}

/**
 * Returns a record with the members of a form. An empty text removes its member.
 *
 * @throws NotJson
 */
export function withValues(record: object, values: Values, fields: readonly Field[]): object {
  const changed = structuredClone(record)
  for (const { member, kind } of fields) {
    setMember(changed, member, memberValue(values, member, kind))
  }
  return changed
}

function memberValue(values: Values, member: string, kind: Field['kind']): unknown {
  const value = values[member]
  if (kind === 'checkbox' || kind === 'choices') return value
  const text = String(value ?? '').trim()
  if (kind === 'lines') return linesOf(text)
  if (text === '') return undefined
  if (kind !== 'json') return text
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new NotJson(member, error)
  }
}

/** Returns the entries of a list with one a line. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** Returns a member of a record; dots separate levels. */
export function memberOf(record: object, member: string): unknown {
  let value: unknown = record
  for (const name of member.split('.')) value = isObject(value) ? value[name] : undefined
  return value
}

function setMember(record: object, member: string, value: unknown): void {
  const names = member.split('.')
  const last = names.pop() ?? ''
  let holder = record as Record<string, unknown>
  for (const name of names) {
    const inner = holder[name]
    const next = isObject(inner) ? inner : {}
    holder[name] = next
    holder = next
  }
  if (value === undefined) delete holder[last]
  else holder[last] = value
}

/** Returns the API's errors by the field that each names. The key '' has all others. */
export function problemsByField(
  errors: readonly ApiProblem[],
  members: readonly string[],
): Problems {
  const problems: Problems = {}
  for (const { message, source, path } of errors) {
    const names = source?.pointer.split('/').slice(1) ?? path?.map(String) ?? []
    const place = names.join('.')
    const member = members.find((each) => place === each || place.startsWith(`${each}.`)) ?? ''
    problems[member] = [...(problems[member] ?? []), message]
  }
  return problems
}
