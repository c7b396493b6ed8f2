/**
 * `npm start -- <flags>`: runs `wrangler dev`, prints what is in effect and a line for each decision, and
 * reloads `wrangler.toml` when it is saved. wrangler's own line for each request is off; `--log-level info`
 * turns it on.
 */
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ConfigurationCopy } from './configuration-copy.ts'
import { bundleAfterChanges, keptBundle } from './kept-bundle.ts'
import { stopWithNpm } from './parents.ts'
import { becomesFree, portFor } from './port.ts'
import { reload } from './reload.ts'
import { StartControl } from './start-control.ts'
import { printEvents } from './start-events.ts'
import { DEFAULT_PORT, parseStartFlags, START_HELP, type StartFlags } from './start-flags.ts'
import { openStore } from './store-folder.ts'
import { summaryOf } from './summary.ts'
import { runWrangler, type Wrangler } from './wrangler.ts'

const POLL_INTERVAL_MS = 100
// With another configuration of wrangler (--config), this process does not read its variables.
const WITHOUT_TOKEN =
  'PUBLIC_URL is set, so the control requires EMULATOR_TOKEN: pass --var EMULATOR_TOKEN:<token> too'
const root = fileURLToPath(new URL('../../', import.meta.url))

try {
  const flags = parseStartFlags(process.argv.slice(2))
  if (flags.isHelp) console.log(START_HELP)
  else await start(flags)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function start(flags: StartFlags): Promise<void> {
  const port = await portFor(flags.port)
  if (!(await becomesFree(port))) {
    throw new Error(
      `Port ${port} is taken. Choose another: npm start -- --port <port>; 0 chooses a free one`,
    )
  }
  const isChosen = flags.port === '0'
  const store = openStore({
    root,
    port,
    defaultPort: DEFAULT_PORT,
    isChosen,
    persist: flags.persist,
  })
  const copy = flags.hasOwnConfiguration ? undefined : new ConfigurationCopy(root, port)
  if (copy) await copy.use((await copy.read()).text)
  const script = copy ? [await keptBundle(root), '--no-bundle', '--config', copy.path] : []
  const address = `${flags.protocol}://localhost:${port}`
  // Behind a tunnel, the control requires it of this process too.
  const token = async () => flags.vars.EMULATOR_TOKEN ?? (await copy?.emulatorToken())
  const control = new StartControl(address, token)
  let isReady = false
  const args = [...script, ...flagsFor(flags, port, store.path)]
  const wrangler = runWrangler(args, () => isReady)
  if (copy) bundleAfterChanges(root)
  stopWith(wrangler)
  await responds(wrangler, control)
  isReady = true
  const announce = async () => {
    const { email, mcpPath } = flags
    if (email !== undefined) await signInAutomatically(control, email)
    const read = <T>(path: string) => control.read<T>(path)
    console.log(await summaryOf({ address, mcpPath, read, store: store.description }))
    // At these levels wrangler prints the Worker's own lines.
    if (flags.logLevel === undefined && !flags.isQuiet) void printEvents(wrangler, control)
  }
  // With a wrong setting, the Worker has logged the error.
  let isAnnounced = await isInEffect(control)
  if (isAnnounced) await announce()
  copy?.watch(async () => {
    const line = await reload(copy, flags.vars, control).catch((error) => `not reloaded: ${error}`)
    if (line !== undefined) console.log(line)
    if (isAnnounced || !(await isInEffect(control))) return
    isAnnounced = true
    await announce()
  })
}

// The last of a repeated flag counts, so the emulator's own come first.
function flagsFor(flags: StartFlags, port: string, store: string): string[] {
  const { logLevel = 'warn', others, protocol, vars } = flags
  return [
    ...['--port', port, '--persist-to', store, '--local-protocol', protocol],
    ...['--log-level', logLevel, '--show-interactive-dev-session=false'],
    ...Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    ...others,
  ]
}

function stopWith(wrangler: Wrangler): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => wrangler.stop(signal))
  }
  stopWithNpm(() => wrangler.stop('SIGTERM'))
}

async function responds(wrangler: Wrangler, control: StartControl): Promise<void> {
  for (;;) {
    try {
      await control.send('urls')
      return
    } catch {
      await setTimeout(POLL_INTERVAL_MS)
    }
    // This process ends with wrangler.
    if (!wrangler.isRunning()) await setTimeout(POLL_INTERVAL_MS)
  }
}

async function isInEffect(control: StartControl): Promise<boolean> {
  const status = (await control.send('urls').catch(() => undefined))?.status
  if (status === 401) throw new Error(WITHOUT_TOKEN)
  return status === 200
}

async function signInAutomatically(control: StartControl, email: string): Promise<void> {
  const { status } = await control.send('auto-sign-in', JSON.stringify({ email }), 'PUT')
  if (status !== 200) throw new Error(`--auto-sign-in ${email}: expected an e-mail address`)
}
