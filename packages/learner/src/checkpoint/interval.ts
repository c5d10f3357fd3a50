import { checkCount, checkNumber, show, typeError } from '@onecycle/platform'

/** How often something is done: after so much time, `'2 min'`, after every epoch, or every so many batches. */
export type Interval = string | { readonly batches: number }

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, sec: 1000, min: 60_000, h: 3_600_000 }

/** When something is due that is done at intervals. */
export interface Due {
  /** Whether the interval is over, after so many batches. */
  batch(trained: number): boolean
  /** Whether it is due at the end of an epoch. */
  readonly epoch: boolean
  /** It has been done. */
  done(trained: number): void
}

/** @throws TypeError for what is no interval; RangeError for one that is not above 0. */
export function dueEvery(name: string, every: Interval): Due {
  if (every === 'epoch') return { epoch: true, batch: () => false, done: () => {} }
  if (typeof every === 'object' && every !== null)
    return byCount(checkCount(`${name}.batches`, every.batches), trained => trained)
  const [, count, unit] = /^\s*([\d.]+)\s*(ms|s|sec|min|h)\s*$/.exec(String(every)) ?? []
  if (unit === undefined)
    throw typeError(
      'not-a-time',
      `${name} is ${show(every)}; expected a time such as '2 min' or '30 s', 'epoch', or { batches: 100 }.`,
    )
  return byCount(checkNumber(name, Number(count), { above: 0 }) * milliseconds[unit]!, () => performance.now())
}

function byCount(span: number, now: (trained: number) => number): Due {
  let last = now(0)
  return {
    epoch: false,
    batch: trained => now(trained) - last >= span,
    done: trained => {
      last = now(trained)
    },
  }
}
