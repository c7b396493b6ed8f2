import { describe, expect, it } from 'vitest'
import { pageOf, type Results } from '../../clients/page'
import results from '../../clients/results.json?raw'
import { CLIENTS } from '../../clients/table'
import check from '../../docs/check.md?raw'
import clients from '../../docs/clients.md?raw'
import control from '../../docs/control.md?raw'
import settings from '../../docs/settings.md?raw'
import { SITUATIONS } from '../../src/node/check/situations'
import { SETTING_NAMES } from '../../src/node/settings'
import { ENDPOINTS } from '../../src/switches/fault-scope'
import { FAULTS } from '../../src/switches/faults'
import { QUIRKS } from '../../src/switches/quirks'

const COMMON = ['times', 'client', 'application']

describe('docs/control.md has the row of the table in the code for', () => {
  it.each(Object.entries(FAULTS))('the fault %s', (name, { what, source, parameters }) => {
    const own = Object.keys(parameters.shape).filter((each) => !COMMON.includes(each))
    const words = own.map((each) => `\`${each}\``).join(', ')
    expect(control).toContain(`| \`${name}\` | ${what} | ${words} | ${source} |`)
  })

  it.each(Object.entries(QUIRKS))('the quirk %s', (name, { what, source }) => {
    expect(control).toContain(`| \`${name}\` | ${what} | ${source} |`)
  })

  it('the endpoints', () => {
    expect(control).toContain(`Endpoints: ${ENDPOINTS.map((each) => `\`${each}\``).join(', ')}.`)
  })
})

it('docs/clients.md has every client, and the recorded results', () => {
  const recorded: Results = JSON.parse(results)
  expect(CLIENTS.filter(({ id }) => !recorded[id])).toEqual([])
  expect(clients).toBe(pageOf(CLIENTS, recorded))
})

it.each(SITUATIONS)('docs/check.md has the situation $id as in the code', (situation) => {
  const { id, title, what, runs, shows } = situation
  const checks = shows.map((each) => `\`${each}\``).join(', ')
  expect(check).toContain(`| \`${id}\` | **${title}.** ${what} | ${runs} | ${checks} |`)
})

it('docs/settings.md has each setting of the code in one row, and no other', () => {
  const rows = settings.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \|/gm)
  const names = [...rows].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '))
  expect(names.sort()).toEqual([...SETTING_NAMES].sort())
})
