import { Card } from './frame'

/** Renders what is wrong with the settings without being an error; nothing if all is well. */
export function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null
  return (
    <Card title="Warnings about the settings" id="warnings">
      <ul class="list">
        {warnings.map((warning) => (
          <li>{warning}.</li>
        ))}
      </ul>
    </Card>
  )
}
