import type { RunEvent } from '../run/run-event.js'
import { rounded } from './curve.js'

/** An event as it is sent: figures with as many digits as a picture shows, histograms without their bins, which no page draws. */
export function compact(event: RunEvent): RunEvent | undefined {
  if (event.type === 'histogram') return undefined
  if (event.type !== 'batches') return event
  const { losses, smooth_losses, lrs, moms, lr_groups, hps, ...rest } = event
  const columns = {
    ...{ losses: digits(losses), smooth_losses: digits(smooth_losses), lrs: digits(lrs), moms: digits(moms) },
    ...(lr_groups && { lr_groups: lr_groups.map(digits) }),
    ...(hps && { hps: Object.fromEntries(Object.entries(hps).map(([name, values]) => [name, digits(values)])) }),
  }
  return { ...rest, ...(columns as Pick<typeof event, 'losses' | 'smooth_losses' | 'lrs' | 'moms' | 'lr_groups' | 'hps'>) }
}

/** What is not finite is null in JSON. */
function digits(values: readonly (number | null)[]): (number | null)[] {
  return values.map(value => (value === null || !Number.isFinite(value) ? null : rounded(value)))
}
