import { type Check, compareAll, type Precision, type Result } from './compare.js'
import { fastai07 } from './fastai-07.js'
import { fastai1 } from './fastai-v1.js'
import { fastai2 } from './fastai-v2.js'
import { type Fixture, fixtureNames, readFixture, type System, systems } from './fixture.js'
import { kerasClr } from './keras-clr.js'
import { pytorch } from './torch.js'

type Comparisons = Record<string, (fixture: Fixture) => Check[] | Promise<Check[]>>

const comparisons: Record<System, Comparisons> = {
  fastai_v1: fastai1,
  fastai_07: fastai07,
  fastai_v2: fastai2,
  keras_clr: kerasClr,
  torch: pytorch,
}

const exact: Precision = { tolerance: 1e-10, relativeTo: 'value' }

/** fastai 2 rounds positions to single precision. */
const precisions: Record<System, Precision> = {
  fastai_v1: exact,
  fastai_07: exact,
  fastai_v2: { tolerance: 1e-6, relativeTo: 'peak' },
  keras_clr: exact,
  torch: exact,
}

/** Traces of what another package does, by the beginning of their names, and the test there. */
const elsewhere: Partial<Record<System, Record<string, string>>> = {
  fastai_v1: { smooth_: 'recorder/src/smoothing.test.ts' },
  fastai_v2: { smooth_: 'recorder/src/smoothing.test.ts' },
  fastai_07: { smooth_: 'recorder/src/smoothing.test.ts', event_order: 'learner/src/learner-events.test.ts' },
}

/** The longest beginning of the file's name that something stands under. */
function claim<T>(name: string, claims: Record<string, T> | undefined): T | undefined {
  const prefixes = Object.keys(claims ?? {}).filter(prefix => name.startsWith(prefix))
  const longest = prefixes.sort((a, b) => b.length - a.length)[0]
  return longest === undefined ? undefined : claims![longest]
}

/** All traces of a system, with what claims each: a comparison here, a test elsewhere, or nothing. */
export function claims(system: System) {
  return fixtureNames(system).map(name => {
    const other = claim(name, elsewhere[system])
    return { name, elsewhere: other, compare: other ? undefined : claim(name, comparisons[system]) }
  })
}

/** Compares one trace with what this project makes of it. */
export async function compareTrace(system: System, name: string): Promise<Result> {
  const compare = claim(name, comparisons[system])
  if (!compare) throw new Error(`nothing compares ${system}/${name}`)
  return compareAll(await compare(readFixture(system, name)), precisions[system])
}

export { systems }
