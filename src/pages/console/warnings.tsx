import { Card } from './frame'

/** Renders the warnings about the settings; nothing without any. */
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
