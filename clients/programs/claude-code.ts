/** Runs Claude Code as its user would: `node claude-code.ts <url> <folder of the package>`. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const [, , url = '', folder = ''] = process.argv
const claude = join(folder, 'node_modules/.bin/claude')
const run = (...args: string[]) =>
  spawnSync(claude, ['mcp', ...args], { stdio: ['ignore', 'inherit', 'inherit'] })

run('add', '--scope', 'user', '--transport', 'http', 'checked', url)
run('list')
// The login needs a terminal, which Python's standard library can provide.
const PTY = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
const { status } = spawnSync('python3', ['-c', PTY, claude, 'mcp', 'login', 'checked'], {
  stdio: ['inherit', 'inherit', 'inherit'],
})
run('list')
run('list')
process.exitCode = status ?? 1
