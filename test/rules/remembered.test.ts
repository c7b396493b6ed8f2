import { expect, it } from 'vitest'
import { Remembered } from '../../src/store/remembered'

it('a cache is bounded: at its limit it drops everything, and continues', () => {
  const remembered = new Remembered<string, number>(2)
  expect(remembered.set('a', 1)).toBe(1)
  remembered.set('b', 2)
  expect([remembered.get('a'), remembered.get('b')]).toEqual([1, 2])
  remembered.set('c', 3)
  expect([remembered.get('a'), remembered.get('b'), remembered.get('c')]).toEqual([
    undefined,
    undefined,
    3,
  ])
  remembered.delete('c')
  expect(remembered.get('c')).toBeUndefined()
})
