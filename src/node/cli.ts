#!/usr/bin/env node
import module from 'node:module'
import { runCommand } from './commands/index.ts'
import { UsageError } from './usage.ts'

const CACHED_AFTER_MS = 2000

// Loading the engine takes most of a start. Node can cache its compiled code, and writes the cache when the
// process ends: never, if it is killed. So it is written once the first requests have been handled, too.
module.enableCompileCache?.()
setTimeout(() => module.flushCompileCache?.(), CACHED_AFTER_MS).unref()

try {
  await runCommand(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof TypeError
  console.error(error instanceof Error ? error.message : error)
  if (isUsage) console.error('Run access-oauth-emulator --help for the options.')
  process.exit(isUsage ? 2 : 1)
}
