#!/usr/bin/env node
import { setImmediate } from 'node:timers/promises'
import { fail } from './failure.js'
import { run } from './program.js'

/** Whoever reads the output may stop reading, as `onecycle demo | head -2` does: what was begun is finished all the same. */
let lost: Error | undefined
for (const output of [process.stdout, process.stderr])
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost ??= error
  })

const code = await run(process.argv.slice(2))
// A write that failed says so a moment later.
await setImmediate()
process.exitCode = lost ? fail(await unwritten(lost)) : code

async function unwritten({ message }: Error): Promise<Error> {
  const { plainError } = await import('@onecycle/platform')
  return plainError('output-failed', `The output could not be written: ${message}`)
}
