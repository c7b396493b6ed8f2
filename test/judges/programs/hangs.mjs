// A client that never ends: it ignores SIGTERM, and starts a process in a group of its own.
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'

const [, , pids, isChild] = process.argv
process.on('SIGTERM', () => {})
appendFileSync(pids, `${process.pid}\n`)
if (!isChild) spawn(process.execPath, [process.argv[1], pids, 'child'], { detached: true }).unref()
setInterval(() => {}, 1000)
