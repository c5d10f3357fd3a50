import { type StdioOptions, spawn } from 'node:child_process'
import { hostname } from 'node:os'
import type { Start } from './started-by.js'

/** Says its message when what it reads from ends without a word. What ends the rank itself by a signal is not to end it. */
const script = 'trap \'\' INT TERM HUP USR1; read -r word || echo "$0" >&2'

/**
 * Names this rank where it is killed: a process that hears the end of this one, beside it. Open MPI and Slurm say by themselves which rank was
 * killed; MPICH's mpiexec kills the others as soon as a rank's connection to it closes, and names a process that may be any of them. So the
 * connection stays open in this process until it has spoken.
 *
 * @returns what tells it that this rank ends by itself
 */
export function mournByProcess({ rank, size, engines }: Start): () => void {
  if (engines[0] !== 'MPICH' || process.platform === 'win32') return () => {}
  const of = size === undefined ? '' : ` of ${size}`
  const message = `onecycle: rank ${rank}${of} (process ${process.pid} on ${hostname()}) was killed, and all ranks with it: it ended without a word, as by SIGKILL, or by the system for want of memory.`
  const stdio: StdioOptions = ['pipe', 'ignore', 'inherit']
  const connection = Number(process.env['PMI_FD'])
  if (connection > 2) stdio[connection] = connection
  const mourner = spawn('/bin/sh', ['-c', script, message], { stdio: Array.from(stdio, each => each ?? 'ignore') })
  mourner.on('error', () => {}).unref()
  return () => void mourner.kill('SIGKILL')
}
