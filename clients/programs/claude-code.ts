/** Runs Claude Code as its user would: `node claude-code.ts <url> <folder of the package>`. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const [, , url = '', folder = ''] = process.argv
const claude = join(folder, 'node_modules/.bin/claude')
const PIPED = ['ignore', 'pipe', 'inherit'] as const

function run(...args: string[]): string {
  const { stdout } = spawnSync(claude, ['mcp', ...args], { stdio: [...PIPED], encoding: 'utf8' })
  console.log(stdout)
  return stdout
}

// The login needs a terminal, which Python's standard library can provide.
const PTY = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'

run('add', '--scope', 'user', '--transport', 'http', 'checked', url)
if (/needs authentication/i.test(run('list'))) {
  const login = ['-c', PTY, claude, 'mcp', 'login', 'checked']
  const { status } = spawnSync('python3', login, { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
run('list')
run('list')
