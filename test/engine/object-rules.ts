import type { Probe } from './probe'
import { type Rule, refusal } from './rule'

type World = { PROBE: DurableObjectNamespace<Probe> }
type Steps = 'stepsAroundStorage' | 'stepsAroundMicrotasks' | 'stepsAroundTimer'

/** Durable Objects, as their callers see them. */
export const OBJECTS: Rule<World>[] = [
  {
    title: 'a name identifies one object, and another name another object',
    run: async ({ PROBE }) => {
      await PROBE.getByName('one').step('a')
      await PROBE.getByName('one').step('b')
      return [await PROBE.getByName('one').steps(), await PROBE.getByName('other').steps()]
    },
    expected: [['a', 'b'], []],
  },
  {
    title: 'calls arrive in the order in which they were made',
    run: async ({ PROBE }) => {
      const calls = Array.from({ length: 20 }, (_, index) =>
        PROBE.getByName('order').step(String(index)),
      )
      return Promise.all(calls)
    },
    expected: Array.from({ length: 20 }, (_, index) => index + 1),
  },
  {
    title: 'no other call runs while one waits for its storage',
    run: (world) => interleaved(world, 'stepsAroundStorage'),
    expected: ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c'],
  },
  {
    title: 'no other call runs while one has pending microtasks',
    run: (world) => interleaved(world, 'stepsAroundMicrotasks'),
    expected: ['a1', 'a2', 'b1', 'b2', 'c'],
  },
  {
    title: 'other calls run while one waits for a timer',
    run: (world) => interleaved(world, 'stepsAroundTimer'),
    expected: ['a1', 'b1', 'c', 'a2', 'b2'],
  },
  {
    title: 'the arguments and the result of a call are copies',
    run: async ({ PROBE }) => {
      const given = { a: 1, at: new Date(5), map: new Map([[1, new Set([2])]]) }
      const answer = PROBE.getByName('copies').echo(given) as unknown as Promise<typeof given>
      given.a = 2
      const { a, at, map } = await answer
      return [a, at.getTime(), [...(map.get(1) ?? [])], map === given.map]
    },
    expected: [1, 5, [2], false],
  },
  {
    title: 'a copy keeps repetition, circles, holes, undefined, and a member called __proto__',
    run: async ({ PROBE }) => {
      const one = { a: 1 }
      const circle: Record<string, unknown> = {}
      circle.itself = circle
      const named = JSON.parse('{ "__proto__": { "b": 2 }, "c": 3 }')
      const holes = Object.assign([1], { 2: 3 })
      const given = { twice: [one, one], circle, holes, none: undefined, named }
      const answer = PROBE.getByName('clones').echo(given) as unknown as Promise<typeof given>
      const copy = await answer
      return [
        [copy.twice[0] === copy.twice[1], copy.twice[0] === one],
        copy.circle.itself === copy.circle,
        [copy.holes.length, 1 in copy.holes],
        'none' in copy,
        [Object.keys(copy.named), Object.getPrototypeOf(copy.named) === Object.prototype],
      ]
    },
    expected: [[true, false], true, [3, false], true, [['__proto__', 'c'], true]],
  },
  {
    title: 'a row that a call returns is an ordinary object',
    run: async ({ PROBE }) => {
      const row: object = await PROBE.getByName('rows').row()
      return [row, Object.getPrototypeOf(row) === Object.prototype]
    },
    expected: [{ one: 1, text: 'two' }, true],
  },
  {
    title: 'a symbol in an argument is refused, and the object is not called',
    run: async ({ PROBE }) => {
      const object = PROBE.getByName('symbols')
      const echo = () => object.echo({ symbol: Symbol('s') }) as unknown as Promise<unknown>
      const name = await echo().catch(({ name }: Error) => name)
      return [name, await object.steps()]
    },
    expected: ['DataCloneError', []],
  },
  {
    title: 'an error keeps its type, its message and its own members',
    run: async ({ PROBE }) => {
      const object = PROBE.getByName('errors')
      const own = await object.throwOwn().catch((error) => error)
      return [
        [own instanceof Error, own.name, own.message, own.code, own.remote],
        await refusal(() => object.throwType()),
        await refusal(() => object.throwText()),
        await object.throwType().catch((error) => error instanceof TypeError),
      ]
    },
    expected: [[true, 'OwnError', 'mine', 7, true], 'TypeError: a type', 'Error: a text', true],
  },
  {
    title: 'an object continues after an error',
    run: async ({ PROBE }) => {
      const object = PROBE.getByName('lives on')
      await object.step('before')
      await object.throwOwn().catch(() => undefined)
      return object.steps()
    },
    expected: ['before'],
  },
  {
    title: 'an error names a method that does not exist, and members are not methods',
    run: async ({ PROBE }) => {
      const object = PROBE.getByName('methods') as unknown as Record<string, () => unknown>
      return [await refusal(() => object.nope?.()), await refusal(() => object.ctx?.())]
    },
    expected: [
      'TypeError: The RPC receiver does not implement the method "nope".',
      'TypeError: The RPC receiver does not implement the method "ctx".',
    ],
  },
  {
    title: 'an alarm rings once, without an alarm in its handler',
    run: async ({ PROBE }) => {
      const object = PROBE.getByName('alarm')
      await object.ring(20)
      return until(object, 1)
    },
    expected: ['alarm null 0'],
  },
  {
    title: 'an alarm in the past rings at once',
    run: async ({ PROBE }) => {
      const object = PROBE.getByName('past')
      await object.ring(-10_000)
      return until(object, 1)
    },
    expected: ['alarm null 0'],
  },
  {
    title: 'an alarm that fails is tried again after two seconds',
    run: async ({ PROBE }) => {
      const object = PROBE.getByName('again')
      await object.ring(0, 2)
      return until(object, 2)
    },
    expected: ['alarm null 0', 'alarm null 1'],
  },
]

/** Two calls of a method at once, and a third of another. */
async function interleaved({ PROBE }: World, method: Steps): Promise<string[]> {
  const stub = () => PROBE.getByName(method)
  await Promise.all([stub()[method]('a'), stub()[method]('b'), stub().step('c')])
  return stub().steps()
}

async function until(object: DurableObjectStub<Probe>, count: number): Promise<string[]> {
  for (let left = 100; left > 0; left--) {
    const steps = await object.steps()
    if (steps.length >= count) return steps
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return object.steps()
}
