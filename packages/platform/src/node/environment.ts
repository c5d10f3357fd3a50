import { availableParallelism } from 'node:os'

/** A variable of the environment; undefined when it is not set or empty. */
export function variable(name: string): string | undefined {
  return process.env[name] || undefined
}

/** How many threads the machine runs at a time. */
export function parallelism(): number {
  return availableParallelism()
}

/** Bytes of memory that the process has. */
export function processMemory(): number | undefined {
  return process.memoryUsage.rss()
}

/** Where this runs, for people: 'Node v24.1.0 on linux x64'. */
export function describeHost(): string {
  const { bun, deno } = process.versions
  const name = bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${process.version}`
  return `${name} on ${process.platform} ${process.arch}`
}
