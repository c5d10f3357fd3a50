import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../fixtures/', import.meta.url))

/** A recorded trace: its fields depend on the kind of file. */
// biome-ignore lint/suspicious/noExplicitAny: each kind of trace has fields of its own, and a wrong access fails its comparison
export type Fixture = Record<string, any>

export const systems = ['fastai_v1', 'fastai_07', 'fastai_v2', 'keras_clr', 'torch'] as const

export type System = (typeof systems)[number]

/** Names of a system's traces, without `.json`. */
export function fixtureNames(system: System): string[] {
  return readdirSync(`${folder}${system}`).map(file => file.replace(/\.json$/, ''))
}

export function readFixture(system: System, name: string): Fixture {
  const special: Record<string, number> = {
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
    '-Infinity': Number.NEGATIVE_INFINITY,
  }
  return JSON.parse(readFileSync(`${folder}${system}/${name}.json`, 'utf8'), (_, value) => special[value] ?? value)
}
