import { availableParallelism, homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** A variable of the environment; undefined when it is not set or empty. */
export function variable(name: string): string | undefined {
  return process.env[name] || undefined
}

/** How many threads the machine runs at a time. */
export function parallelism(): number {
  return availableParallelism()
}

const memory = { bytes: 0, at: Number.NEGATIVE_INFINITY }

/** Bytes of memory that the process has, looked at once a second: the system has to be asked. */
export function processMemory(): number | undefined {
  const now = performance.now()
  if (now - memory.at >= 1000) Object.assign(memory, { bytes: process.memoryUsage.rss(), at: now })
  return memory.bytes
}

/** Where this runs, for people: 'Node v24.1.0 on linux x64'. */
export function describeHost(): string {
  const { bun, deno } = process.versions
  const name = bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${process.version}`
  return `${name} on ${process.platform} ${process.arch}`
}

/**
 * Where onecycle keeps what can be had again, for this user: `ONECYCLE_CACHE`, or else its own folder in the one that the system has for
 * such things. It may not be there yet.
 */
export function cacheFolder(): string | undefined {
  const asked = variable('ONECYCLE_CACHE')
  if (asked) return asked
  const xdg = variable('XDG_CACHE_HOME')
  if (xdg && isAbsolute(xdg)) return join(xdg, 'onecycle')
  if (process.platform === 'win32')
    return join(variable('LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local'), 'onecycle', 'Cache')
  return join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'onecycle')
}
