import { type Rule, refusal } from './rule'

/** The storage of a Durable Object, seen from inside it. */
export const STORAGE: Rule<DurableObjectStorage>[] = [
  {
    title: 'several statements run in order, and the last one has the rows',
    run: ({ sql }) => {
      sql.exec('CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (1);')
      return [...sql.exec('INSERT INTO a VALUES (2); SELECT x FROM a WHERE x > ?', 1)]
    },
    expected: [{ x: 2 }],
  },
  {
    title: 'a numbered parameter is bound at every position',
    run: ({ sql }) => [...sql.exec('SELECT ?1 + ?1 AS twice, ?2 AS other', 2, 'k')],
    expected: [{ twice: 4, other: 'k' }],
  },
  {
    title: 'numbers are reals, and undefined is null',
    run: ({ sql }) => [
      ...sql.exec('SELECT typeof(?) AS a, typeof(?) AS b, typeof(?) AS c', 1, 'x', undefined),
    ],
    expected: [{ a: 'real', b: 'text', c: 'null' }],
  },
  {
    title: 'a column of integers keeps them as such',
    run: ({ sql }) => {
      sql.exec('CREATE TABLE t (n INTEGER)')
      sql.exec('INSERT INTO t VALUES (?)', 7)
      return [...sql.exec('SELECT n, typeof(n) AS type FROM t')]
    },
    expected: [{ n: 7, type: 'integer' }],
  },
  {
    title: 'a statement runs when it is executed, even if its rows are not read',
    run: ({ sql }) => {
      sql.exec('CREATE TABLE t (n)')
      sql.exec('INSERT INTO t VALUES (1)')
      return sql.exec('SELECT COUNT(*) AS count FROM t').one()
    },
    expected: { count: 1 },
  },
  {
    title: 'one() requires exactly one row',
    run: async ({ sql }) => [
      sql.exec('SELECT 1 AS x').one(),
      await refusal(() => sql.exec('SELECT 1 WHERE 0').one()),
      await refusal(() => sql.exec('SELECT 1 UNION SELECT 2').one()),
    ],
    expected: [
      { x: 1 },
      'Error: Expected exactly one result from SQL query, but got no results.',
      'Error: Expected exactly one result from SQL query, but got multiple results.',
    ],
  },
  {
    title: 'the same query can be read twice at once',
    run: ({ sql }) => {
      const query = 'SELECT 1 AS x UNION SELECT 2'
      const first = sql.exec(query)[Symbol.iterator]()
      first.next()
      return [[...sql.exec(query)].length, first.next()]
    },
    expected: [2, { done: false, value: { x: 2 } }],
  },
  {
    title: 'a cursor continues after the rows that were read',
    run: ({ sql }) => {
      const cursor = sql.exec('SELECT 1 AS x UNION SELECT 2 UNION SELECT 3')
      const first = cursor.next()
      return [first.value, cursor.toArray()]
    },
    expected: [{ x: 1 }, [{ x: 2 }, { x: 3 }]],
  },
  {
    title: 'transactions are refused as SQL',
    run: async ({ sql }) => (await refusal(() => sql.exec('BEGIN'))).slice(0, 76),
    expected: 'Error: To execute a transaction, please use the state.storage.transaction() ',
  },
  {
    title: 'an error has the message of SQLite',
    run: async ({ sql }) => {
      sql.exec('CREATE TABLE u (x PRIMARY KEY); INSERT INTO u VALUES (1)')
      const twice = await refusal(() => sql.exec('INSERT INTO u VALUES (1)'))
      return [twice.slice(0, 36), (await refusal(() => sql.exec('SELEC'))).slice(0, 26)]
    },
    expected: ['Error: UNIQUE constraint failed: u.x', 'Error: near "SELEC": synta'],
  },
  {
    title: 'a transaction that throws leaves no row, no value and no alarm',
    run: async (storage) => {
      const { kv, sql } = storage
      sql.exec('CREATE TABLE t (x)')
      const why = await refusal(() =>
        storage.transactionSync(() => {
          sql.exec('INSERT INTO t VALUES (1)')
          kv.put('k', 1)
          throw new Error('no')
        }),
      )
      return [why, [...sql.exec('SELECT * FROM t')], kv.get('k') === undefined]
    },
    expected: ['Error: no', [], true],
  },
  {
    title: 'a nested transaction is rolled back alone, and returns the result of its callback',
    run: async (storage) => {
      const { sql } = storage
      sql.exec('CREATE TABLE t (x)')
      const answer = storage.transactionSync(() => {
        sql.exec('INSERT INTO t VALUES (1)')
        try {
          storage.transactionSync(() => {
            sql.exec('INSERT INTO t VALUES (2)')
            throw new Error('no')
          })
        } catch {}
        return 'kept'
      })
      return [answer, [...sql.exec('SELECT * FROM t')]]
    },
    expected: ['kept', [{ x: 1 }]],
  },
  {
    title: 'kv holds copies by structured clone',
    run: ({ kv }) => {
      const given = { at: new Date(5), map: new Map([[1, { a: 1 }]]), none: undefined, later: 0 }
      kv.put('k', given)
      given.later = 1
      const found = kv.get<typeof given>('k')
      return [found?.at.getTime(), [...(found?.map ?? [])], found && 'none' in found, found?.later]
    },
    expected: [5, [[1, { a: 1 }]], true, 0],
  },
  {
    title: 'kv lists in order, from, to and with a prefix; delete returns whether a value existed',
    run: ({ kv }) => {
      for (const name of ['b', 'a', 'c', 'ab']) kv.put(name, name)
      const names = (options?: SyncKvListOptions) => [...kv.list(options)].map(([name]) => name)
      return [
        names(),
        names({ prefix: 'a' }),
        names({ limit: 2, reverse: true }),
        names({ start: 'b', end: 'c' }),
        kv.delete('a'),
        kv.delete('a'),
        kv.get('a') === undefined,
      ]
    },
    expected: [['a', 'ab', 'b', 'c'], ['a', 'ab'], ['c', 'b'], ['b'], true, false, true],
  },
  {
    title: 'kv rejects a function',
    run: async ({ kv }) => {
      const why = await refusal(() => kv.put('f', () => 1))
      return [why.slice(0, 15), kv.get('f') === undefined]
    },
    expected: ['DataCloneError:', true],
  },
  {
    title: 'the alarm is the time that was set last, as a number',
    run: async (storage) => {
      const before = await storage.getAlarm()
      await storage.setAlarm(new Date(4e12))
      await storage.setAlarm(4.1e12)
      const set = await storage.getAlarm()
      await storage.deleteAlarm()
      return [before, set, await storage.getAlarm()]
    },
    expected: [null, 4.1e12, null],
  },
  {
    title: 'an alarm before 1970 is refused',
    run: (storage) => refusal(() => storage.setAlarm(-5)),
    expected: 'TypeError: setAlarm() cannot be called with an alarm time <= 0',
  },
  {
    title: 'deleteAll deletes tables, values and the alarm, and the storage can be used again',
    run: async (storage) => {
      const { kv, sql } = storage
      sql.exec('CREATE TABLE t (x)')
      kv.put('k', 1)
      await storage.setAlarm(Date.now() + 1e9)
      await storage.deleteAll()
      sql.exec('CREATE TABLE t (x)')
      return [kv.get('k') === undefined, await storage.getAlarm(), [...sql.exec('SELECT * FROM t')]]
    },
    expected: [true, null, []],
  },
]
