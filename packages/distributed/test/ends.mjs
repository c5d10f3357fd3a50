// Ranks that call a barrier again and again, of which the last one ends in the way that the first argument names.
// The package's index loads sweeps and plots too, which takes longer than most of these ranks run.
import { distributed } from '../dist/distributed.js'

const [, , way, timeout = '20'] = process.argv
const comm = await distributed({ timeout: Number(timeout) })
for (let i = 0; i < 10; i++) comm.barrier()
if (comm.rank === comm.size - 1) {
  if (way === 'kill') process.kill(process.pid, 'SIGKILL')
  if (way === 'loop') for (;;) Math.random()
  if (way === 'stop') process.kill(process.pid, 'SIGSTOP')
  if (way === 'throw') throw new Error('the data is gone')
  if (way === 'reject') await Promise.reject(new TypeError('the data is gone'))
  if (way === 'exit 3') process.exit(3)
  if (way === 'leave') process.exit(0)
  if (way === 'abort') comm.abort('the data is gone')
  if (way === 'other call') comm.allreduce(new Float32Array(4))
}
if (way === 'signal') {
  // Whoever hears it says so, and ends with its code.
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])
    process.on(name, () => {
      console.log(`rank ${comm.rank} heard ${name}`)
      process.exit(code)
    })
  console.log(`rank ${comm.rank} waits`)
  await new Promise(resolve => setTimeout(resolve, 60_000))
}
if (way === 'talk') {
  // More than pipes hold, of which a process has several on its way to a terminal.
  for (let i = 0; i < 1000; i++) console.log('x'.repeat(1000))
  console.error(`rank ${comm.rank} has said all`)
}
if (way !== 'all') for (let i = 0; i < 10; i++) comm.barrier()
if (way === 'all') process.exitCode = 7
console.log(`rank ${comm.rank} is over`)
