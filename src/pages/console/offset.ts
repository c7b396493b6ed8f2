/** Describes the distance of the emulated clock from real time: `3 h 2 min ahead`. */
export function offsetInWords(seconds: number): string {
  if (seconds === 0) return 'real time'
  const whole = Math.abs(seconds)
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const
  const text = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`)
  return `${text.join(' ')} ${seconds > 0 ? 'ahead' : 'behind'}`
}
