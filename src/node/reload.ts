import { setTimeout } from 'node:timers/promises'
import type { ConfigurationCopy } from './configuration-copy.ts'
import type { StartControl } from './start-control.ts'

// wrangler's own watcher and the start of workerd take up to a few seconds.
const RELOADED_WITHIN_MS = 20_000
const POLL_INTERVAL_MS = 100

/**
 * Uses the saved `wrangler.toml` if it is valid.
 *
 * @param vars the flags of `--var`, which win over the file
 * @returns the text to print; undefined if nothing has changed
 */
export async function reload(
  copy: ConfigurationCopy,
  vars: Record<string, string>,
  control: StartControl,
): Promise<string | undefined> {
  const saved = await copy.read()
  if (saved.text === (await copy.inUse())) return undefined
  if ('error' in saved) {
    return `kept the old settings, because wrangler.toml is not TOML: ${saved.error}`
  }
  const body = JSON.stringify({ ...saved.vars, ...vars })
  const checked = await control.send('settings', body)
  if (checked.status === 400) {
    return `kept the old settings, because of ${checked.body.error_description}`
  }
  await copy.use(saved.text)
  // If the old settings are wrong, nothing can check the new ones.
  const { applications, policies, revision, warnings = [] } = checked.body
  if (checked.status !== 200) return 'reloaded wrangler.toml'
  await inEffect(control, revision)
  const line = `reloaded: ${count(applications, 'application')}, ${count(policies, 'policy', 'policies')}`
  return [line, ...warnings.map((each) => `  Warning: ${each}.`)].join('\n')
}

// Waits until the Worker has these settings.
async function inEffect(control: StartControl, revision: string): Promise<void> {
  const end = Date.now() + RELOADED_WITHIN_MS
  while (Date.now() < end) {
    const now = await control.send('settings').catch(() => undefined)
    if (now?.body.revision === revision) return
    await setTimeout(POLL_INTERVAL_MS)
  }
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
