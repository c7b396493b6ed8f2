import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { chosenSchema, never } from '../../src/access/chosen-schema'

type Shape = string | { radius: number; nested?: { side: number } | undefined }
const circle = z.strictObject({
  radius: z.number().positive(),
  nested: z.strictObject({ side: z.number() }).optional(),
})
const shape = chosenSchema<Shape>('A name, or a circle.', (value) => {
  if (typeof value === 'string') return z.string().min(1).toUpperCase()
  return typeof value === 'object' && value !== null ? circle : never('expected a shape')
})

describe('A value of several forms', () => {
  it.each<[value: unknown, parsed: Shape]>([
    ['square', 'SQUARE'],
    [{ radius: 1 }, { radius: 1 }],
    [
      { radius: 1, nested: { side: 2 } },
      { radius: 1, nested: { side: 2 } },
    ],
  ])('is read by the schema that is chosen for it: %j', (value, parsed) => {
    expect(shape.parse(value)).toEqual(parsed)
  })

  it.each<[value: unknown, issues: object[], reason: string]>([
    ['', [{ code: 'too_small', path: [] }], 'the schema of names'],
    [{ radius: '1' }, [{ code: 'invalid_type', path: ['radius'] }], 'the schema of circles'],
    [
      { radius: 0, nested: { side: 'x' } },
      [
        { code: 'too_small', path: ['radius'] },
        { code: 'invalid_type', path: ['nested', 'side'] },
      ],
      'all problems',
    ],
    [
      { radius: 1, nested: { side: 1, top: 2 }, colour: 'red' },
      [
        { code: 'unrecognized_keys', path: ['nested'], keys: ['top'] },
        { code: 'unrecognized_keys', path: [], keys: ['colour'] },
      ],
      'what is not known, at every depth',
    ],
    [7, [{ path: [], message: 'expected a shape' }], 'a form that is none'],
    [null, [{ path: [], message: 'expected a shape' }], 'nothing'],
  ])('is refused with the errors of that schema alone: %j, %j (%s)', (value, issues) => {
    expect(shape.safeParse(value).error?.issues).toMatchObject(issues)
  })

  it('is refused with its whole path, wherever it is nested', () => {
    const drawing = z.object({ layers: z.array(z.object({ shapes: z.array(shape) })) })
    const value = { layers: [{ shapes: ['square'] }, { shapes: ['x', { radius: -1 }] }] }
    expect(drawing.safeParse(value).error?.issues).toMatchObject([
      { path: ['layers', 1, 'shapes', 1, 'radius'] },
    ])
  })

  it('does not hide other errors', () => {
    const pair = z.object({ left: shape, right: shape, name: z.string() })
    const paths = pair
      .safeParse({ left: '', right: 7, name: 7 })
      .error?.issues.map(({ path }) => path)
    expect(paths).toEqual([['left'], ['right'], ['name']])
  })

  it('may contain itself', () => {
    type Tree = string | { children: Tree[] }
    const tree: z.ZodType<Tree> = chosenSchema<Tree>('A leaf, or a branch.', (value) =>
      typeof value === 'string' ? z.string().min(1) : z.object({ children: z.array(tree) }),
    )
    expect(tree.parse({ children: ['x', { children: [] }] })).toEqual({
      children: ['x', { children: [] }],
    })
    const { error } = tree.safeParse({ children: ['x', { children: ['y', ''] }] })
    expect(error?.issues).toMatchObject([{ path: ['children', 1, 'children', 1] }])
  })

  it('is described by its forms in documents', () => {
    expect(shape.meta()).toMatchObject({ description: 'A name, or a circle.' })
  })
})
