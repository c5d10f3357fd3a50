#!/usr/bin/env node
import { run } from './program.js'

// Whoever reads the output may stop reading, as `onecycle schedule one_cycle | head` does.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1))

process.exitCode = await run(process.argv.slice(2))
