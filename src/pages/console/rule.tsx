import { Fact, Facts } from '../facts'
import { WithCode } from './action'
import { Card, ConsoleFrame, type ConsolePage } from './frame'

type Rule = ConsolePage & {
  rule: {
    id: string
    section: string
    behaviour: string
    details: { name: string; value: string }[]
  }
}

/** Renders a row of docs/fidelity.md: a behaviour of Access, and how it is known. */
export function RulePage({ rule: { id, section, behaviour, details }, ...page }: Rule) {
  return (
    <ConsoleFrame title={id} {...page}>
      <h1>
        {id}: <WithCode text={behaviour} />
      </h1>
      <Card title={section}>
        <Facts>
          {details.map(({ name, value }) => (
            <Fact name={name}>
              <WithCode text={value} />
            </Fact>
          ))}
        </Facts>
        <p class="soft small">
          A row of docs/fidelity.md, which says how each behaviour of the emulator is known.
        </p>
      </Card>
    </ConsoleFrame>
  )
}

// The letters are those of the table's rows.
const RULE = /(?<![\w-])((?:[ACDKMOPRSTUVW]|EU|MP)\d{1,2})(?![\w-])/g

/** Renders text in which the rows of docs/fidelity.md are links to them. */
export function WithRules({ text }: { text: string }) {
  return (
    <>
      {text
        .split(RULE)
        .map((part, at) =>
          at % 2 ? <a href={`/_emulator/rules/${part}`}>{part}</a> : <WithCode text={part} />,
        )}
    </>
  )
}
