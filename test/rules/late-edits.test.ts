import { describe, expect, it } from 'vitest'
import type { Edit } from '../../src/store/configuration'
import { asTheEdgeSees, type LateEdit } from '../../src/store/emulator/late-edits'

const group = (id: string, name: string | null, kind = 'groups') =>
  ({ kind, id, value: name === null ? null : { id, name } }) as Edit
const late = (id: string, name: string | null, kind = 'groups'): LateEdit => ({
  kind: kind as LateEdit['kind'],
  id,
  value: name === null ? null : JSON.stringify({ id, name }),
  untilSeconds: 0,
})

describe('While settings arrive late, the edge sees', () => {
  it('the edits that are not late', () => {
    expect(asTheEdgeSees([group('a', 'new')], [])).toEqual([group('a', 'new')])
    expect(asTheEdgeSees([group('a', 'new')], [late('b', null)])).toEqual([group('a', 'new')])
  })

  it('the earlier form of a changed record', () => {
    const seen = asTheEdgeSees([group('a', 'new'), group('b', 'b')], [late('a', 'old')])
    expect(seen).toEqual([group('a', 'old'), group('b', 'b')])
  })

  it('the record of the seed if there was no earlier edit, and no new record', () => {
    expect(asTheEdgeSees([group('a', 'new'), group('b', 'b')], [late('a', null)])).toEqual([
      group('b', 'b'),
    ])
  })

  it('a record that was deleted', () => {
    expect(asTheEdgeSees([], [late('a', 'old')])).toEqual([group('a', 'old')])
    expect(asTheEdgeSees([], [late('a', null)])).toEqual([])
  })

  it('each record by its kind and id', () => {
    const edits = [group('a', 'new'), group('a', 'new', 'policies')]
    expect(asTheEdgeSees(edits, [late('a', 'old', 'policies')])).toEqual([
      group('a', 'new'),
      group('a', 'old', 'policies'),
    ])
  })
})
