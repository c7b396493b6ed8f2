import { type Rule, refusal } from './rule'

type World = { KV: KVNamespace }

const put = (KV: KVNamespace, options: KVNamespacePutOptions) =>
  refusal(() => KV.put('refused', 'x', options))

/** A KV namespace; each rule uses its own keys. */
export const KEY_VALUES: Rule<World>[] = [
  {
    title: 'a key that does not exist is null, and can be deleted',
    run: async ({ KV }) => [await KV.get('none'), (await KV.delete('none')) ?? 'done'],
    expected: [null, 'done'],
  },
  {
    title: 'a value is read at once, as text, as JSON and as bytes',
    run: async ({ KV }) => {
      await KV.put('value', '{"a":1}')
      const bytes = await KV.get('value', 'arrayBuffer')
      return [
        await KV.get('value'),
        await KV.get('value', 'json'),
        await KV.get('value', { type: 'json' }),
        bytes?.byteLength,
      ]
    },
    expected: ['{"a":1}', { a: 1 }, { a: 1 }, 7],
  },
  {
    title: 'bytes are stored as they are',
    run: async ({ KV }) => {
      await KV.put('bytes', new Uint8Array([0, 104, 105]).subarray(1))
      return KV.get('bytes')
    },
    expected: 'hi',
  },
  {
    title: 'invalid JSON throws, and so does an unknown type',
    run: async ({ KV }) => {
      await KV.put('broken', '{')
      const json = await refusal(() => KV.get('broken', 'json'))
      return [json.slice(0, 12), await refusal(() => KV.get('broken', 'nonsense' as 'text'))]
    },
    expected: [
      'SyntaxError:',
      'TypeError: Unknown response type. Possible types are "text", "arrayBuffer", "json", and "stream".',
    ],
  },
  {
    title: 'a key is not empty and no dot, and has at most 512 bytes of UTF-8',
    run: async ({ KV }) => [
      await refusal(() => KV.get('')),
      await refusal(() => KV.put('..', 'x')),
      await refusal(() => KV.get('é'.repeat(257))),
      await refusal(() => KV.put('k'.repeat(513), 'x')),
      await refusal(() => KV.delete('k'.repeat(513))),
      await refusal(() => KV.put('k'.repeat(512), 'x')),
    ],
    expected: [
      'TypeError: Key name cannot be empty.',
      'TypeError: ".." is not allowed as a key name.',
      'Error: KV GET failed: 414 UTF-8 encoded length of 514 exceeds key length limit of 512.',
      'Error: KV PUT failed: 414 UTF-8 encoded length of 513 exceeds key length limit of 512.',
      'Error: KV DELETE failed: 414 UTF-8 encoded length of 513 exceeds key length limit of 512.',
      'nothing',
    ],
  },
  {
    title: 'a value is a text or bytes, at most 25 MiB',
    run: async ({ KV }) => [
      await refusal(() => KV.put('large', 'x'.repeat(25 * 1024 * 1024 + 1))),
      await refusal(() => KV.put('object', {} as string)),
    ],
    expected: [
      'Error: KV PUT failed: 413 Value length of 26214401 exceeds limit of 26214400.',
      'TypeError: KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.',
    ],
  },
  {
    title: 'a TTL is at least 60 seconds, and fits into 32 bits',
    run: async ({ KV }) => [
      await put(KV, { expirationTtl: 59 }),
      await put(KV, { expirationTtl: 0 }),
      await put(KV, { expirationTtl: Number.NaN }),
      await put(KV, { expirationTtl: 2 ** 31 }),
      await put(KV, { expirationTtl: 60.5 }),
      await put(KV, { expirationTtl: 2_000_000_000 }),
      await KV.delete('refused'),
    ],
    expected: [
      'Error: KV PUT failed: 400 Invalid expiration_ttl of 59. Expiration TTL must be at least 60.',
      'Error: KV PUT failed: 400 Invalid expiration_ttl of 0. Please specify integer greater than 0.',
      'Error: KV PUT failed: 400 Invalid expiration_ttl of 0. Please specify integer greater than 0.',
      'TypeError: Value out of range. Must be between -2147483648 and 2147483647 (inclusive).',
      'nothing',
      'nothing',
      null,
    ],
  },
  {
    title: 'an expiration is at least a minute in the future',
    run: async ({ KV }) => {
      const soon = Math.floor(Date.now() / 1000) + 30
      const why = await put(KV, { expiration: soon })
      return [await put(KV, { expiration: 5 }), why.replace(String(soon), 'soon')]
    },
    expected: [
      'Error: KV PUT failed: 400 Invalid expiration of 5. Please specify integer greater than the current number of seconds since the UNIX epoch.',
      'Error: KV PUT failed: 400 Invalid expiration of soon. Expiration times must be at least 60 seconds in the future.',
    ],
  },
  {
    title: 'metadata is returned, and has at most 1,024 bytes',
    run: async ({ KV }) => {
      await KV.put('metadata', 'x', { metadata: { a: 1 } })
      const { value, metadata } = await KV.getWithMetadata('metadata')
      return [value, metadata, await put(KV, { metadata: { a: 'y'.repeat(1020) } })]
    },
    expected: [
      'x',
      { a: 1 },
      'Error: KV PUT failed: 413 Metadata length of 1028 exceeds limit of 1024.',
    ],
  },
  {
    title: 'a list has names, expirations and metadata',
    run: async ({ KV }) => {
      await KV.put('told:a', 'x', { expiration: 2_000_000_000 })
      await KV.put('told:b', 'x', { metadata: { a: 1 } })
      return KV.list({ prefix: 'told:' })
    },
    expected: {
      keys: [
        { name: 'told:a', expiration: 2_000_000_000 },
        { name: 'told:b', metadata: { a: 1 } },
      ],
      list_complete: true,
      cacheStatus: null,
    },
  },
  {
    title: 'a list is in the order of UTF-8 bytes, and a prefix is compared by characters',
    run: async ({ KV }) => {
      for (const name of ['b', 'B', 'é', '😀', '\uffff', 'a:', 'a']) await KV.put(`o:${name}`, 'x')
      await KV.put('o%', 'x')
      return (await KV.list({ prefix: 'o:' })).keys.map(({ name }) => name)
    },
    expected: ['o:B', 'o:a', 'o:a:', 'o:b', 'o:é', 'o:\uffff', 'o:😀'],
  },
  {
    title: 'each page but the last has the cursor of the next',
    run: async ({ KV }) => {
      for (const name of ['1', '2', '3', '4']) await KV.put(`page:${name}`, 'x')
      const pages: unknown[] = []
      let cursor: string | undefined
      do {
        const page: KVNamespaceListResult<unknown> = await KV.list({
          prefix: 'page:',
          limit: 2,
          ...(cursor && { cursor }),
        })
        cursor = page.list_complete ? undefined : page.cursor
        pages.push([page.keys.map(({ name }) => name), page.list_complete])
      } while (cursor)
      return pages
    },
    expected: [
      [['page:1', 'page:2'], false],
      [['page:3', 'page:4'], true],
    ],
  },
  {
    title: 'a page has at most 1,000 keys, even if a limit below one is requested',
    run: async ({ KV }) => [
      await refusal(() => KV.list({ limit: 1001 })),
      (await KV.list({ prefix: 'page:', limit: 0 })).keys.length,
      (await KV.list({ prefix: 'page:', limit: -1, cursor: '!!' })).keys.length,
    ],
    expected: [
      'Error: KV GET failed: 400 Invalid key_count_limit of 1001. Please specify an integer less than 1000.',
      4,
      4,
    ],
  },
]
