import { execFileSync } from 'node:child_process'

const EVERY_MS = 500
// `a & b`, but not `a && b`: the script leaves the program running on purpose.
const IN_BACKGROUND = /(^|[^&])&([^&]|$)/

/**
 * Calls `stop` once npm or its shell is gone, however it ended. npm passes no signal on if it is killed,
 * and its shell passes none on at all, so the program would stay and keep its port.
 */
export function stopWithNpm(stop: () => void): void {
  const { npm_lifecycle_event: event, npm_lifecycle_script: script = '' } = process.env
  if (event === undefined || IN_BACKGROUND.test(script)) return
  const parent = process.ppid
  const others = parentsOf(parent)
  const timer = setInterval(() => {
    if (process.ppid === parent && others.every(isRunning)) return
    clearInterval(timer)
    stop()
  }, EVERY_MS)
  timer.unref()
}

// Some shells replace themselves by the program. If this one did not, npm is its parent.
function parentsOf(pid: number): number[] {
  if (process.platform === 'win32') return []
  try {
    const output = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
    })
    const [, parent, command = ''] = output.match(/^\s*(\d+)\s+(.*?)\s*$/s) ?? []
    return parent !== undefined && /(^|[/-])(ba|da|z|a|k)?sh$/.test(command) ? [Number(parent)] : []
  } catch {
    // There is no `ps`.
    return []
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
