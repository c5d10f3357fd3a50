import { writeSync } from 'node:fs'
import { lastLine } from './last-line.js'

// Loaded into each rank before its program. SIGUSR1 is what every mpiexec passes on to ranks without ending them soon after, and what Slurm
// warns with: it is taken for SIGTERM. Whoever hears that stops in order, and a process where nobody does ends by it. Node itself would open its
// debugger.
let heard = false
process.on('SIGUSR1', () => {
  if (!heard) process.once('exit', sayEnd)
  heard = true
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(143)
})

function sayEnd(code: number): void {
  // Also where nobody reads it.
  try {
    writeSync(2, lastLine(code))
  } catch {}
}
