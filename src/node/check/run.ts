import type { Emulator } from '../emulator.ts'
import type { EmulatorOptions } from '../options.ts'
import { startEmulatorWithin } from '../start-emulator.ts'
import type { Judged } from './checks.ts'
import { judgeSituation } from './judge.ts'
import type { Limits } from './options.ts'
import type { Situation, Step } from './situation.ts'
import { PERSON } from './situations.ts'
import { type Watch, watch } from './watch.ts'

/** The way in which a run of the client ended. `exit`: by itself. */
export type Ending = {
  how: 'exit' | 'idle' | 'limit'
  seconds: number
  /** The exit status of the command, or the error that the function threw. */
  status?: number | string
  /** The end of the command's output. */
  output?: string
}

/** A client in one situation: its runs share the place where it keeps its credentials. */
export type Runner = {
  run(limits: Limits): Promise<Ending>
  close(): Promise<void>
}

/** Prepares a client for one situation, in which it uses the MCP server at `url`. */
export type NewRunner = (emulator: Emulator, url: string, watch: Watch) => Promise<Runner>

/** The result of a situation: the check that decided, under the id and title of the situation. */
export type Result = Judged & {
  /** Every check that decided, or that failed. */
  checks: Judged[]
  runs: Ending[]
}

/** Runs a client through one situation, on an emulator of its own. */
export async function runSituation(
  situation: Situation,
  newRunner: NewRunner,
  limits: Limits,
): Promise<Result> {
  const seen = watch()
  await using emulator = await startEmulatorWithin(optionsOf(situation), seen.around)
  const url = situation.path ? emulator.url + situation.path : emulator.mcpUrl
  const runner = await newRunner(emulator, url, seen)
  try {
    await emulator.autoSignIn.set(situation.person ?? PERSON)
    await perform(emulator, situation.before)
    const { runs, disturbedAt } = await runAll(situation, emulator, seen, runner, limits)
    await perform(emulator, situation.after)
    return { ...(await judgeSituation(situation, emulator, seen.requests, disturbedAt)), runs }
  } finally {
    await runner.close()
  }
}

async function runAll(
  { during, runs }: Situation,
  emulator: Emulator,
  seen: Watch,
  runner: Runner,
  limits: Limits,
) {
  let disturbedAt: number | undefined
  const disturb = async () => {
    if (disturbedAt !== undefined || !during) return
    const [last] = await emulator.events.list({ limit: 1 })
    disturbedAt = last?.number ?? 0
    await perform(emulator, during)
  }
  const isTwice = runs === 'once, then two at the same time'
  // Two processes share the tokens of a run that has ended.
  if (!isTwice) seen.whenWorking(disturb)
  const endings = [await runner.run(limits)]
  await disturb()
  seen.nextRun()
  if (runs === 'twice') endings.push(await runner.run(limits))
  if (isTwice) endings.push(...(await Promise.all([runner.run(limits), runner.run(limits)])))
  return { runs: endings, disturbedAt }
}

function optionsOf({ registration, teamDomain }: Situation): EmulatorOptions {
  return {
    ...(teamDomain !== undefined && { settings: { TEAM_DOMAIN: teamDomain } }),
    ...(registration === 'off' && { applications: [WITHOUT_REGISTRATION] }),
  }
}

const WITHOUT_REGISTRATION = {
  name: 'Demo',
  domain: '*',
  oauth_configuration: { enabled: true, dynamic_client_registration: { enabled: false } },
  policies: [
    {
      name: 'Everybody at example.com',
      decision: 'allow' as const,
      include: [{ email_domain: { domain: 'example.com' } }],
    },
  ],
}

async function perform(emulator: Emulator, steps: Step[] = []): Promise<void> {
  for (const step of steps) {
    if ('advance' in step) await emulator.clock.advance(step.advance)
    else if ('clear' in step) await emulator.faults.clear()
    else if ('rotate' in step) await emulator.rotateKeys()
    else if ('forget' in step) {
      for (const { id } of await emulator.clients.list()) await emulator.clients.forget(id)
    } else await emulator.faults.set(step.fault, step.with)
  }
}
