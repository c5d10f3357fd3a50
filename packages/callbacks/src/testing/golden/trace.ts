import type { FakeOptimizer, FakeTrace } from '../fake-learner.js'
import type { Check } from './compare.js'
import type { Fixture } from './fixture.js'

/** Compares a run's learning rate and momentum at every step, per group where recorded, and what the optimizer keeps. */
export function traceChecks(trace: Fixture, run: Pick<FakeTrace, 'hypers'>, opt: FakeOptimizer): Check[] {
  const last = (name: string) => run.hypers.map(values => values[name]!.at(-1))
  const checks: Check[] = [{ what: 'lr', expected: trace['lr'], actual: last('lr') }]
  if (trace['mom']) checks.push({ what: 'mom', expected: trace['mom'], actual: last('mom') })
  for (const name of ['lr', 'mom']) {
    // Each group by itself: its error is relative to its own peak, which may be a hundredth of another's.
    const expected: number[][] = trace[`${name}_groups`] ?? []
    for (const group of (expected[0] ?? []).keys())
      checks.push({
        what: `${name} of group ${group}`,
        expected: expected.map(values => values[group]),
        actual: run.hypers.map(values => values[name]![group]),
      })
  }
  for (const [name, values] of Object.entries(trace['after_fit'] ?? {}))
    checks.push({ what: `after_fit ${name}`, expected: [values].flat(), actual: opt.get(name).slice(-[values].flat().length) })
  return checks
}

/** Where the original throws, this project does, with a message that says what is wrong. */
export function raises(action: () => unknown, explanation: RegExp): Check {
  let message = 'nothing was thrown'
  try {
    action()
  } catch (error) {
    message = (error as Error).message
  }
  return { what: 'an error that explains', expected: true, actual: explanation.test(message) || message }
}
