#!/usr/bin/env node
import module from 'node:module'
import { runCommand } from './commands/index.ts'
import { UsageError } from './usage.ts'

// Loading the engine takes most of a start. Node can cache its compiled code.
module.enableCompileCache?.()

try {
  await runCommand(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof TypeError
  console.error(error instanceof Error ? error.message : error)
  if (isUsage) console.error('Run access-oauth-emulator --help for the options.')
  process.exit(isUsage ? 2 : 1)
}
