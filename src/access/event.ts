/** Something worth telling the developer, that no answer on the wire tells. */
export type Event =
  /** A one-time PIN that the real service would have sent by e-mail. */
  | { kind: 'one-time pin'; application: string; email: string; code: string }
  /** The real service would have sent none, because the policies deny the person. */
  | { kind: 'one-time pin not sent'; application: string; email: string }
  /** Policies were asked that have rules of kinds which nothing here can decide. */
  | {
      kind: 'rules not emulated'
      application: string
      email?: string
      commonName?: string
      ruleKinds: string[]
      decision: string
    }

export type RecordedEvent = Event & { at: string }
