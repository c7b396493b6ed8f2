import { type ChildProcess, spawn } from 'node:child_process'

/** Whether the platform has process groups, which can be killed as a whole. */
export const HAS_GROUPS = process.platform !== 'win32'

/**
 * Kills the process group of a child as soon as this process is gone, however it ended: `kill -9` lets
 * nobody clean up. A shell waits for the end of a pipe that only this process holds open.
 *
 * @param child started as `detached`, so that it leads a group
 * @returns ends the guard, and kills what is left of the group
 */
export function guardGroup(child: ChildProcess): () => void {
  const { pid } = child
  if (!HAS_GROUPS || pid === undefined) return () => undefined
  const guard = spawn('sh', ['-c', `read -r _ || kill -s KILL -- -${pid} 2>/dev/null`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C is sent to the group of the terminal.
    detached: true,
  })
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  guard.unref()
  return () => {
    killGroup(pid)
    guard.stdin.end('done\n')
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has ended.
  }
}
