import { wholeSeconds } from '../../access/duration'
import type { Edit } from '../configuration'
import { Edits } from './edits'
import type { KeptState } from './kept-state'
import { type LateEdit, LateEdits } from './late-edits'
import type { EmulatorState } from './state'
import type { Switches } from './switches'

/** The edits of the configuration: the newest ones, and the earlier ones that the edge still sees. */
export class ConfigurationEdits {
  readonly #edits: Edits
  readonly #late: LateEdits

  constructor(
    sql: SqlStorage,
    private readonly state: KeptState,
    private readonly switches: Switches,
  ) {
    this.#edits = new Edits(sql)
    this.#late = new LateEdits(sql)
  }

  all(): Edit[] {
    return this.#edits.all()
  }

  /** Returns the earlier records that the edge still sees. */
  late(): LateEdit[] {
    return this.#late.all(this.state.now())
  }

  /** Returns why edits that were planned at this revision cannot be stored; undefined if they can. */
  refusalOf(edits: Edit[], revision: number): 'overtaken' | 'full' | undefined {
    if (revision !== this.state.current.configurationRevision) return 'overtaken'
    return this.#edits.hasRoomFor(edits) ? undefined : 'full'
  }

  /**
   * Stores edits.
   *
   * @param gone the edits that delete a record that the seed does not have: nothing of them is stored
   */
  keep(edits: Edit[], gone: Edit[]): EmulatorState {
    this.#keepLate(edits)
    this.#edits.keep(edits)
    this.#edits.forget(gone)
    return this.state.edited()
  }

  /** Makes the edge see the newest edits at once. */
  showAll(): void {
    this.#late.reset()
  }

  collect(now: number): void {
    this.#late.collect(now)
  }

  reset(): void {
    this.#edits.reset()
    this.#late.reset()
  }

  // While the fault `late-settings` is on, the edge sees the earlier records for the fault's delay.
  #keepLate(edits: Edit[]): void {
    const fault = this.switches.fault('late-settings')
    if (!fault) return
    const now = this.state.now()
    const before = edits.map(({ kind, id }) => ({ kind, id, ...this.#edits.of(kind, id) }))
    this.#late.keep(before, now, now + wholeSeconds(fault.parameters.delay))
  }
}
