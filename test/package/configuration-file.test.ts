import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineConfig, startEmulator } from '../../src/node'
import { configurationSchema } from '../../src/node/bundle-schema'
import { findConfiguration, withConfiguration } from '../../src/node/configuration-file'
import { SETTING_NAMES } from '../../src/node/settings'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function written(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

describe('A configuration file', () => {
  it('has the options of startEmulator, which win over it', async () => {
    const people = [{ name: 'Edsger', email: 'edsger@example.com' }]
    const settings = {
      TEAM_DOMAIN: 'file.localhost',
      CODE_LIFETIME: '10s',
      PEOPLE: people,
      MCP_PORTALS: [],
    }
    const text = JSON.stringify({ $schema: './any.json', port: 1, settings })
    const config = await written('options.json', text)
    const emulator = await startEmulator({ config, listen: false, port: 7000 })
    await emulator.close()
    expect([emulator.issuer, emulator.url]).toEqual([
      'http://file.localhost:7000',
      'http://localhost:7000',
    ])
    const own = { people: [], portals: [] }
    const won = await withConfiguration({ config, ...own, settings: { CODE_LIFETIME: '20s' } })
    expect(won).toEqual({
      port: 1,
      ...own,
      settings: { TEAM_DOMAIN: 'file.localhost', CODE_LIFETIME: '20s' },
    })
  })

  it('is the default export of a module', async () => {
    const config = await written('options.mjs', 'export default { port: 4 }')
    expect(await withConfiguration({ config })).toMatchObject({ port: 4 })
  })

  it('is found in a folder', async () => {
    expect(findConfiguration(folder)).toBeUndefined()
    const file = await written('access.config.json', '{}')
    expect(findConfiguration(folder)).toBe(file)
  })

  it.each([
    ['{"prot": 1}', 'Unknown option prot; did you mean port?'],
    ['{"settings": {"CODE_LIFTIME": "1s"}}', 'Unknown setting CODE_LIFTIME; did you mean CODE_'],
    ['{"config": "other.json"}', 'the option config is not for a file'],
    ['[]', 'expected a default export'],
    ['{', 'cannot be loaded: Expected'],
  ])('is refused with its name and the cause: %s', async (text, cause) => {
    const config = await written('wrong.json', text)
    const error = await startEmulator({ config }).catch((each) => each)
    expect(error.message).toContain(config)
    expect(error.message).toContain(cause)
  })

  it('has types without holes', () => {
    const include = [{ everyone: {} }]
    // @ts-expect-error: a decision that does not exist
    const decision = { name: 'All', decision: 'alow', include } satisfies Policy
    // @ts-expect-error: a rule that does not exist
    const rule = { name: 'All', decision: 'allow', include: [{ emial: {} }] } satisfies Policy
    // @ts-expect-error: a value that the setting cannot have
    const setting = defineConfig({ settings: { REVOCATION: 'sometimes' } })
    expect([decision, rule, setting]).toHaveLength(3)
  })

  it('has a JSON schema, with a description for each setting', async () => {
    const schema = JSON.parse(JSON.stringify(await configurationSchema(process.cwd())))
    const settings = schema.properties.settings.properties
    expect(Object.keys(settings).sort()).toEqual([...SETTING_NAMES].sort())
    for (const each of Object.values(settings)) expect(each).toHaveProperty('description')
    // Repeated parts are definitions.
    const decisions = JSON.stringify(schema).match(/"decision":\{[^}]*"enum":\[[^\]]*\]/)?.[0]
    expect(decisions).toContain('"non_identity"')
    const names = [...JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)].map(
      ([, name]) => name,
    )
    expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining(names))
  })
})

type Applications = NonNullable<Parameters<typeof defineConfig>[0]['applications']>
type Policy = NonNullable<Applications[number]['policies']>[number]
